import { setTimeout as sleep } from 'node:timers/promises';
import { TocsinError } from '../../domain/errors.ts';
import type { Alert } from './alert.ts';
import type { Reader } from './readers.ts';
import type { Stage } from './stage.ts';

/** What was seen when a firm was suspended while one of its readers was fetching. */
export type Suspended = {
  readonly participant: string;
  /** Whether the suspension waited for the fetch under way. */
  readonly waited: boolean;
  /** Whether that fetch still gave a copy. */
  readonly inFlight: 'served' | 'refused';
  /** Copies of the firm on record when the suspension returned. */
  readonly copiesThen: number;
  /** What its readers asked for after that, and how often they got it. */
  readonly after: Asked;
};

/** Fetches, and copies that came of them. */
export type Asked = { readonly fetches: number; readonly copies: number };

/** How long the suspension is watched while the fetch is held up, real time. */
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
  const { rehearsal, issuer, desks } = stage;
  const own = readers.filter((reader) => reader.participant === participant);
  const [first, second] = own.toSorted((a, b) => b.copies - a.copies).slice(-2);
  const [wanted] = alert.artifacts;
  if (!first || !second || !wanted) {
    throw new TocsinError('INTERNAL', 'suspension: expected a firm of two readers');
  }
  first.copies += (await desks.ask('takeAll', [first.id]))[0] ?? 0;

  const { gate } = rehearsal;
  const decided = gate.hold('fetch.decided');
  const fetch = { reader: second.id, alert: alert.id, artifact: wanted.id };
  const fetching = desks.ask('take', fetch);
  await decided;
  let begun = false;
  const taken = gate.hold('standing.taken').then(() => {
    begun = true;
  });
  const path = `/v1/programmes/${rehearsal.programme}/participants/${participant}/standing`;
  const suspending = issuer.operator.api.post(path, {
    to: 'suspended',
    reason: 'breach_suspected',
  });
  await sleep(WATCHED_MS);
  const waited = !begun;
  gate.release('fetch.decided');
  // From its commit on the suspension resets the reader's connection, and whether the last bytes of
  // a copy that came before it are through is nobody's to say: it commits after them.
  const inFlight = (await fetching) === null ? 'served' : 'refused';
  await taken;
  gate.release('standing.taken');
  await suspending;
  const copiesThen = await copiesOf(stage, alert, participant);
  if (inFlight === 'served') second.copies += 1;
  const after = await askForAll(stage, alert, own);
  return { participant, waited, inFlight, copiesThen, after };
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

/** Every one of these readers asks for every artifact. */
export async function askForAll(
  { desks }: Stage,
  alert: Alert,
  readers: readonly Reader[],
): Promise<Asked> {
  let [fetches, copies] = [0, 0];
  for (const reader of readers) {
    for (const { id } of alert.artifacts) {
      const code = await desks.ask('take', { reader: reader.id, alert: alert.id, artifact: id });
      fetches += 1;
      if (code === null) copies += 1;
    }
  }
  return { fetches, copies };
}
