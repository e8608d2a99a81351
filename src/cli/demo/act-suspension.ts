import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from './act-plan.ts';
import { type Reader, take, takeAll } from './readers.ts';
import { refusalOf } from './refusal.ts';
import type { Stage } from './stage.ts';

/** What was seen when a firm was suspended while one of its readers was fetching. */
export type Suspended = {
  readonly participant: string;
  /** Whether the fetch under way still gave a copy. */
  readonly inFlight: 'served' | 'refused';
  /** Copies of the firm on record when the suspension returned. */
  readonly copiesThen: number;
  /** Fetches by readers of the firm after that. */
  fetchesAfter: number;
};

/** How long the suspension is watched while it waits for the fetch, real time. */
const WATCHED_MS = 100;

/**
 * Suspends a firm while a fetch of one of its readers stands between decision and record. From the
 * moment the suspension returns, every artifact is asked for again by every reader of the firm.
 */
export async function suspendMidWave(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  participant: string,
): Promise<Suspended> {
  const { rehearsal, issuer } = stage;
  const own = readers.filter((reader) => reader.participant === participant);
  const [first, second] = own;
  const wanted = alert.artifacts[0];
  if (!first || !second || !wanted) throw new Error('expected a firm of two readers');
  await takeAll(first);

  const decided = rehearsal.gate.hold();
  const fetching = refusalOf(take(second, alert.id, wanted.id));
  await decided;
  const path = `/v1/programmes/${rehearsal.programme}/participants/${participant}/standing`;
  const suspending = issuer.operator.api.post(path, { to: 'suspended', reason: 'other' });
  await sleep(WATCHED_MS);
  rehearsal.gate.release();
  await suspending;
  const copiesThen = await copiesOf(stage, alert, participant);
  const inFlight = (await fetching) === null ? 'served' : 'refused';
  const fetchesAfter = await tryAll(alert, own);
  return { participant, inFlight, copiesThen, fetchesAfter };
}

/** Copies of a firm on record. */
export async function copiesOf(
  { rehearsal }: Stage,
  { id }: Alert,
  participant: string,
): Promise<number> {
  const all = await rehearsal.deliveries(id);
  return all.filter((delivery) => delivery.participant === participant).length;
}

/** Every reader asks for every artifact. Returns how many fetches that were. */
export async function tryAll(alert: Alert, readers: readonly Reader[]): Promise<number> {
  let fetches = 0;
  for (const reader of readers) {
    for (const { id } of alert.artifacts) {
      await refusalOf(take(reader, alert.id, id));
      fetches += 1;
    }
  }
  return fetches;
}
