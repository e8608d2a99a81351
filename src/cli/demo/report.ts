import { parseInstant } from '../../domain/instant.ts';
import type { LedgerCheck } from '../../main/ledger-check.ts';
import { alertAnswer } from '../alert-answers.ts';
import { allPages } from '../programme.ts';
import { list, nullable, object, type Read, text } from '../shape.ts';
import type { Finds } from './act-finds.ts';
import { copiesOf, type Suspended } from './act-suspension.ts';
import type { Alert } from './alert.ts';
import { reportsToGovernment } from './cast.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { TRANSFORMATIONS } from './transform.ts';

/** What happened, as far as it is measured afterwards. */
export type Played = {
  readonly alert: Alert;
  readonly suspended: Suspended;
  readonly truth: Reader;
  readonly finds: Finds;
  readonly ledger: LedgerCheck;
};

/**
 * The numbers of the story, in the form of docs/demo.md. Everything here is asked of the running
 * system or counted at the readers' desks; nothing is taken from the script of the story but who
 * the reader was whose copies turned up.
 */
export async function measure(stage: Stage, played: Played, seconds: number) {
  const { issuer } = stage;
  const { alert, suspended, truth, finds, ledger } = played;
  const { api } = issuer.operator;
  const participants = await participantsOf(stage, alert);
  const answer = alertAnswer(await api.get(`/v1/alerts/${alert.id}`), 'alert');
  const { texts, canary, unmarked } = finds;
  return {
    participants: participants.length,
    readers: participants.reduce((sum, { readers: own }) => sum + own.filter(hasJoined).length, 0),
    alert: {
      id: alert.id,
      disclosureAt: answer.disclosureAt,
      artifacts: answer.artifacts.map(({ kind, name, slots }) => ({ kind, name, slots })),
    },
    waves: answer.waves.map(({ at, counts }) => ({
      at,
      allowed: counts.allowed,
      allowedReduced: counts.reduced,
      held: counts.held,
      denied: counts.denied,
      reasons: Object.fromEntries(counts.reasons),
    })),
    restricted: await measureRestricted(stage, alert, participants),
    copies: { served: answer.copies, ...(await stage.desks.ask('count', null)) },
    suspension: {
      participant: suspended.participant,
      fetchesAfter: suspended.after.fetches,
      servedAfter: (await copiesOf(stage, alert, suspended.participant)) - suspended.copiesThen,
    },
    leak: {
      transformations: [...TRANSFORMATIONS],
      slotsTotal: texts.traced?.slotsTotal ?? 0,
      slotsRead: texts.traced?.slotsRead ?? 0,
      readersTested: texts.traced?.tested ?? 0,
      truth: truth.id,
      accused: texts.named,
    },
    canary,
    unmarked: { accused: unmarked.named, exposed: unmarked.exposed },
    ledger: ledger.verified
      ? { size: ledger.size, root: ledger.root, verified: true }
      : { size: 0, root: '', verified: false },
    seconds,
  };
}

export type Report = Awaited<ReturnType<typeof measure>>;

type Participant = {
  readonly participant: string;
  readonly enrolment: { readonly duty: boolean };
  readonly readers: readonly { readonly joinedAt: string | null }[];
};

function hasJoined({ joinedAt }: Participant['readers'][number]): boolean {
  return joinedAt !== null;
}

async function participantsOf(
  { issuer, rehearsal }: Stage,
  alert: Alert,
): Promise<readonly Participant[]> {
  const page = object({
    items: list(
      object({
        participant: text,
        enrolment: object({ duty: isRestricted(alert.disclosureAt) }),
        readers: list(object({ joinedAt: nullable(text) })),
      }),
    ),
    next: nullable(text),
  });
  const path = `/v1/programmes/${rehearsal.programme}/participants`;
  return (await allPages(issuer.operator.api, path, page)).items;
}

const stated = object({
  duties: list(object({ trigger: text, recipient: text })),
  expiresAt: text,
});

/** Whether duty facts are of those the July 2025 rule holds back: owed, unknown or out of date. */
function isRestricted(at: string): Read<boolean> {
  return (value, path) => {
    if (object({ status: text })(value, path).status === 'unknown') return true;
    const { duties, expiresAt } = stated(value, path);
    return duties.some(reportsToGovernment) || parseInstant(expiresAt) <= parseInstant(at);
  };
}

async function measureRestricted(
  { rehearsal }: Stage,
  alert: Alert,
  participants: readonly Participant[],
) {
  const restricted = participants.filter(({ enrolment }) => enrolment.duty);
  const ids = new Set(restricted.map(({ participant }) => participant));
  const kinds = new Map<string, string>(alert.artifacts.map(({ id, kind }) => [id, kind]));
  const own = (await rehearsal.deliveries(alert.id)).filter((one) => ids.has(one.participant));
  const before = (at: number) => at < parseInstant(alert.disclosureAt);
  const summaries = own.filter((one) => kinds.get(one.artifact) === 'summary' && !before(one.at));
  return {
    participants: restricted.length,
    pocCopies: own.filter((one) => kinds.get(one.artifact) === 'poc').length,
    copiesBeforeT0: own.filter((one) => before(one.at)).length,
    summaryCopiesAtT0: summaries.length,
  };
}
