import { invitationText } from '../../main/client-parts.ts';
import { object, text } from '../shape.ts';
import { admitFirms } from './admit-firms.ts';
import { drawCast, type Firm, type Role } from './cast.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { together } from './together.ts';
import { momentOf } from './words.ts';

/** Requests of the issuer's own people under way together. */
const CONCURRENCY = 16;

/** Admits the firms and has their readers join: 120 and 300, each reader with keys of its own. */
export async function gather(stage: Stage): Promise<Reader[]> {
  const { page, rehearsal, random, invented, desks } = stage;
  const firms = drawCast(invented, random);
  page.part('1  The programme', momentOf(rehearsal.now()));
  page.doing('firms are admitted');
  const admitted = await admitFirms(stage, firms);
  const seats = firms.flatMap((firm, index) =>
    firm.readers.map((label) => ({ firm, label, participant: admitted[index] ?? '', copies: 0 })),
  );
  let joined = 0;
  const readers = await together(seats, CONCURRENCY, async (seat) => {
    const invitation = await invite(stage, seat.participant, seat.label);
    const [id = ''] = await desks.ask('join', [invitation]);
    joined += 1;
    page.doing('readers join', joined, seats.length);
    return { ...seat, id };
  });
  describe(stage, firms, readers.length);
  return readers;
}

const keys = object({ origin: text, logVerifierKey: text, manifestKey: text });
const invited = object({ invitation: text, issuer: keys });

/** A fresh invitation for one more reader of a firm, as the text it is handed over in. */
export async function invite(
  { issuer, rehearsal }: Stage,
  participant: string,
  label: string,
): Promise<string> {
  const path = `/v1/programmes/${rehearsal.programme}/participants/${participant}/readers`;
  const answer = invited(await issuer.operator.api.post(path, { label }), 'invited');
  return invitationText({ url: rehearsal.url, ...answer, keys: answer.issuer });
}

function describe({ page }: Stage, firms: readonly Firm[], readers: number): void {
  const tier = (name: string) => firms.filter(({ enrolment }) => enrolment.tier === name).length;
  const role = (name: Role) => firms.filter((firm) => firm.role === name).length;
  page.line(
    `${firms.length} firms (${tier('validate')} validate, ${tier('ans')} ans, ` +
      `${tier('entry')} entry), ${readers} readers with their own keys.`,
  );
  page.line(
    `${role('duty')} firms must report what they learn to a government, of ${role('unknown')} ` +
      `that is unknown, of ${role('expired')} out of date; ${role('lapsed')} have no agreement, ` +
      `${role('suspended')} are suspended, ${role('applicant')} applied.`,
  );
}
