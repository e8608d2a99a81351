import { formatInstant, HOUR_MS, parseInstant } from '../../domain/instant.ts';
import type { LedgerCheck } from '../../main/ledger-check.ts';
import type { Rehearsal } from '../../main/rehearsal.ts';
import { type AlertAnswer, alertAnswer } from '../alert-answers.ts';
import { allPages } from '../programme.ts';
import { list, nullable, object, type Read, text } from '../shape.ts';
import type { Finds } from './act-finds.ts';
import type { Second } from './act-second.ts';
import { copiesOf, type Suspended } from './act-suspension.ts';
import type { Alert } from './alert.ts';
import { reportsToGovernment } from './cast.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { TRANSFORMATIONS } from './transform.ts';

type DeliveryRow = Awaited<ReturnType<Rehearsal['deliveries']>>[number];

/** What happened, as far as it is measured afterwards. */
export type Played = {
  readonly alert: Alert;
  readonly second: Second;
  readonly suspended: Suspended;
  readonly truth: Reader;
  readonly finds: Finds;
  readonly ledger: LedgerCheck;
};

/**
 * The numbers of the story, in the form of docs/demo.md. Everything here is asked of the running
 * system or counted at the readers' desks; nothing is taken from the script of the story but who
 * the reader was whose copies turned up, and whose a text is that was taken over.
 */
export async function measure(stage: Stage, played: Played, seconds: number) {
  const { second, suspended, truth, finds, ledger } = played;
  const participants = await participantsOf(stage, played.alert.disclosureAt);
  const first = await measureAlert(stage, played.alert.id);
  const later = await measureAlert(stage, second.alert.id, second.origins);
  const { id, disclosureAt, artifacts, waves, copies } = first;
  const {
    participants: restricted,
    pocCopies,
    copiesBeforeT0,
    summaryCopiesAtT0,
  } = first.restricted;
  const { texts, canary, unmarked } = finds;
  return {
    participants: participants.length,
    readers: participants.reduce((sum, { readers: own }) => sum + own.filter(hasJoined).length, 0),
    alert: { id, disclosureAt, artifacts },
    waves,
    restricted: { participants: restricted, pocCopies, copiesBeforeT0, summaryCopiesAtT0 },
    copies,
    suspension: {
      participant: suspended.participant,
      fetchesAfter: suspended.after.fetches,
      servedAfter:
        (await copiesOf(stage, played.alert, suspended.participant)) - suspended.copiesThen,
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
    alerts: [
      { ...first, breakGlass: null },
      { ...later, breakGlass: second.breakGlass },
    ],
    seconds,
  };
}

/** One alert: what it has, how it was decided, what was handed out, and when. */
async function measureAlert(stage: Stage, alert: string, origins: Second['origins'] = new Map()) {
  const { api } = stage.issuer.operator;
  const answer = alertAnswer(await api.get(`/v1/alerts/${alert}`), 'alert');
  const { id, title, disclosureAt, artifacts, waves } = answer;
  const deliveries = await stage.rehearsal.deliveries(id);
  const opening = waves[0]?.at ?? disclosureAt;
  return {
    id,
    title,
    disclosureAt,
    artifacts: artifacts.map(({ kind, name, slots }) => ({ kind, name, slots })),
    waves: waves.map(({ at, counts }) => ({
      at,
      allowed: counts.allowed,
      allowedReduced: counts.reduced,
      held: counts.held,
      denied: counts.denied,
      reasons: Object.fromEntries(counts.reasons),
    })),
    earlyWarningHours: (parseInstant(disclosureAt) - parseInstant(opening)) / HOUR_MS,
    sources: sourcesOf(answer, deliveries, origins),
    restricted: await measureRestricted(stage, answer, deliveries),
    copies: { served: answer.copies, ...(await stage.desks.ask('count', id)) },
  };
}

/** The artifacts that were taken over: when the source was published, and when they were given. */
function sourcesOf(
  { artifacts, waves }: AlertAnswer,
  deliveries: readonly DeliveryRow[],
  origins: Second['origins'],
) {
  return artifacts.flatMap(({ id, kind, name, sourcePublishedAt }) => {
    if (sourcePublishedAt === null) return [];
    const released = deliveries.find(({ artifact }) => artifact === id)?.at ?? null;
    const [firstWave] = waves;
    return {
      kind,
      name,
      origin: origins.get(name) ?? null,
      publishedAt: sourcePublishedAt,
      releasedAt: released === null ? null : formatInstant(released),
      late: released !== null && firstWave !== undefined && released > parseInstant(firstWave.at),
    };
  });
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
  at: string,
): Promise<readonly Participant[]> {
  const page = object({
    items: list(
      object({
        participant: text,
        enrolment: object({ duty: isRestricted(at) }),
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
  stage: Stage,
  { disclosureAt, artifacts }: AlertAnswer,
  deliveries: readonly DeliveryRow[],
) {
  const participants = await participantsOf(stage, disclosureAt);
  const restricted = participants.filter(({ enrolment }) => enrolment.duty);
  const ids = new Set<string>(restricted.map(({ participant }) => participant));
  const kinds = new Map<string, string>(artifacts.map(({ id, kind }) => [id, kind]));
  const own = deliveries.filter((one) => ids.has(one.participant));
  const of = (kind: string) => own.filter((one) => kinds.get(one.artifact) === kind);
  const before = ({ at }: DeliveryRow) => at < parseInstant(disclosureAt);
  return {
    participants: restricted.length,
    pocCopies: of('poc').length,
    copiesBeforeT0: own.filter(before).length,
    summaryCopiesAtT0: of('summary').filter((one) => !before(one)).length,
    otherCopies: own.length - of('summary').length,
  };
}
