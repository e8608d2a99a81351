import { TocsinError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { participantsPage } from '../participant-text.ts';
import { allPages } from '../programme.ts';
import { nullable, object, text } from '../shape.ts';
import type { Firm } from './cast.ts';
import type { Stage } from './stage.ts';
import { together } from './together.ts';

/** Requests of the issuer's own people under way together. */
const CONCURRENCY = 8;

/**
 * Admits every firm by two persons: those of whom a list can say everything by one act over the
 * list, the others each by its own. Returns the participants, in the order of the firms.
 */
export async function admitFirms(stage: Stage, firms: readonly Firm[]): Promise<string[]> {
  await admitListed(stage, firms.filter(isListed));
  const single = firms.filter((firm) => !isListed(firm));
  await together(single, CONCURRENCY, (firm) => admit(stage, firm));
  const known = await participantsOf(stage);
  return firms.map(({ name }) => known.get(name) ?? '');
}

/** A list names no law, and no standing but the ordinary one. */
function isListed({ enrolment: { duty, standing } }: Firm): boolean {
  return standing === 'active' && (duty.status === 'unknown' || duty.duties.length === 0);
}

const COLUMNS = 'name,tier,consent,agreement_from,agreement_until,duty,duty_provenance,duty_until';

async function admitListed(stage: Stage, firms: readonly Firm[]): Promise<void> {
  const file = Buffer.from(`${[COLUMNS, ...firms.map(rowOf)].join('\n')}\n`);
  const path = `/v1/programmes/${stage.rehearsal.programme}/member-lists?format=csv`;
  const { proposal } = listed(await stage.issuer.operator.api.postBytes(path, file), 'list');
  if (proposal === null) {
    throw new TocsinError('INTERNAL', 'list of firms: expected a proposal, found a row at fault');
  }
  await confirm(stage, proposal);
}

function rowOf({ name, enrolment: { tier, consentMode, agreement, duty } }: Firm): string {
  const { signedAt, expiresAt } = agreement ?? { signedAt: null, expiresAt: null };
  const term = [signedAt, expiresAt].map((at) => (at === null ? '' : formatInstant(at)));
  const facts =
    duty.status === 'unknown'
      ? ['unknown', '', '']
      : ['none', duty.provenance, formatInstant(duty.expiresAt)];
  return [`"${name.replaceAll('"', '""')}"`, tier, consentMode, ...term, ...facts].join(',');
}

async function admit(stage: Stage, { name, enrolment }: Firm): Promise<void> {
  const { duty, agreement } = enrolment;
  const path = `/v1/programmes/${stage.rehearsal.programme}/participants`;
  const answer = await stage.issuer.operator.api.post(path, {
    name,
    enrolment: {
      ...enrolment,
      duty:
        duty.status === 'unknown' ? duty : { ...duty, expiresAt: formatInstant(duty.expiresAt) },
      agreement: agreement && {
        signedAt: formatInstant(agreement.signedAt),
        expiresAt: formatInstant(agreement.expiresAt),
      },
    },
  });
  await confirm(stage, proposed(answer, 'proposed').proposal);
}

/** By the second person, over the digest of what was proposed. */
async function confirm({ issuer }: Stage, { change, digest }: Waiting): Promise<void> {
  const decision = { decision: 'confirm', digest };
  await issuer.approver.api.post(`/v1/member-changes/${change}/decision`, decision);
}

type Waiting = { readonly change: string; readonly digest: string };
const waiting = object({ change: text, digest: text });
const proposed = object({ proposal: waiting });
const listed = object({ proposal: nullable(waiting) });

async function participantsOf({ issuer, rehearsal }: Stage): Promise<Map<string, string>> {
  const path = `/v1/programmes/${rehearsal.programme}/participants`;
  const { items } = await allPages(issuer.operator.api, path, participantsPage);
  return new Map(items.map(({ name, participant }) => [name, participant]));
}
