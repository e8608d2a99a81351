import { TocsinError } from '../../domain/errors.ts';
import { HOUR_MS, type Instant, parseInstant, plus } from '../../domain/instant.ts';
import { askForAll, type Suspended, suspendMidWave } from './act-suspension.ts';
import type { Alert } from './alert.ts';
import type { Reader } from './readers.ts';
import { oneOfEachRestricted, refusalsOf } from './restricted.ts';
import { pass, type Stage } from './stage.ts';
import { aligned, dayOf } from './words.ts';

/** A promise reaches to the tick after the next; verifying asks after that. */
export const PROMISED_MS = 3 * HOUR_MS;
const WIDTHS = [24, 12, 12, 12, 12];

/**
 * Plays every wave: its time comes, copies are released, and the readers of its tier fetch, open,
 * acknowledge and, after the promised tick, verify. In the wave of `ans` one firm is suspended. At
 * disclosure everybody who has nothing yet looks again.
 */
export async function playWaves(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  suspend: string,
): Promise<Suspended> {
  const { page } = stage;
  page.part('3  Released in waves', 'the ledger ticks every hour, busy or idle');
  show(stage, ['', 'readers', 'opened', 'receipts', 'proven']);
  let suspended: Suspended | null = null;
  let refused = 0;
  for (const { at, tier } of wavesOf(alert)) {
    await pass(stage, at);
    const concerned = readers.filter(({ firm, copies }) =>
      tier === null ? copies === 0 : firm.enrolment.tier === tier,
    );
    const half = Math.floor(concerned.length / 2);
    await takeAll(stage, concerned.slice(0, half));
    if (tier === 'ans') suspended = await suspendMidWave(stage, alert, readers, suspend);
    await takeAll(stage, concerned.slice(half));
    if (suspended) suspended = await askAgain(stage, alert, readers, suspended);
    refused += await askForPoc(stage, alert, readers);
    await pass(stage, plus(at, PROMISED_MS));
    await proveWave(stage, alert, readers, `${dayOf(at)}, ${tier ?? 'everybody'}`);
  }
  if (!suspended) throw new TocsinError('INTERNAL', 'waves: expected one of ans');
  tell(stage, readers, suspended, refused);
  const open = await stage.desks.ask('publicKinds', stage.rehearsal.url);
  page.fact(`Public since disclosure, without a token: ${open.join(', ')}.`);
  return suspended;
}

type Wave = { readonly at: Instant; readonly tier: string | null };

function wavesOf({ opensAt, disclosureAt }: Alert): Wave[] {
  const waves: Wave[] = [...opensAt].map(([tier, at]) => ({ at: parseInstant(at), tier }));
  waves.push({ at: parseInstant(disclosureAt), tier: null });
  return waves.toSorted((a, b) => a.at - b.at);
}

function show({ page }: Stage, row: readonly (string | number)[]): void {
  page.row(aligned(row, WIDTHS));
}

/** Readers take whatever is new in their inboxes. Returns how many copies that were. */
export async function takeAll({ page, desks }: Stage, readers: readonly Reader[]): Promise<number> {
  const ids = readers.map(({ id }) => id);
  const taken = await desks.ask('takeAll', ids, (done) => {
    page.doing('readers fetch, open and acknowledge', done, readers.length);
  });
  for (const [index, reader] of readers.entries()) reader.copies += taken[index] ?? 0;
  return taken.reduce((sum, count) => sum + count, 0);
}

/** Readers ask the ledger for the proofs they were promised. Returns how many each got. */
export async function proveAll(stage: Stage, readers: readonly Reader[]): Promise<number[]> {
  const { page, rehearsal, desks } = stage;
  const ids = readers.map(({ id }) => id);
  return desks.ask('prove', { readers: ids, now: rehearsal.now() }, (done) => {
    page.doing('readers verify against the ledger', done, ids.length);
  });
}

/** Verifies what was taken in this wave, and prints the wave's line. */
async function proveWave(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  label: string,
): Promise<void> {
  const before = await stage.desks.ask('count', alert.id);
  const proven = await proveAll(
    stage,
    readers.filter(({ copies }) => copies > 0),
  );
  const opened = before.opened - before.verified;
  const served = proven.filter((count) => count > 0).length;
  show(stage, [label, served, opened, opened, proven.reduce((sum, count) => sum + count, 0)]);
}

/** The suspended firm's readers try again, wave after wave. */
async function askAgain(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  suspended: Suspended,
): Promise<Suspended> {
  const own = readers.filter(({ participant }) => participant === suspended.participant);
  const { fetches, copies } = await askForAll(stage, alert, own);
  const { after } = suspended;
  return {
    ...suspended,
    after: { fetches: after.fetches + fetches, copies: after.copies + copies },
  };
}

/**
 * One reader of each restricted firm asks for the proof of concept by its id: how many are refused.
 * From disclosure on the general description stands in its place, under an id of its own.
 */
async function askForPoc(stage: Stage, alert: Alert, readers: readonly Reader[]): Promise<number> {
  const artifact = alert.artifacts.find(({ kind }) => kind === 'poc')?.id ?? '';
  return refusalsOf(stage, oneOfEachRestricted(readers), { alert: alert.id, artifact });
}

function tell(
  { page }: Stage,
  readers: readonly Reader[],
  { participant, waited, inFlight, after }: Suspended,
  refused: number,
): void {
  const firm = readers.find((reader) => reader.participant === participant)?.firm.name;
  page.fact(
    `${firm} is suspended on 3 July during a fetch: the suspension ` +
      `${waited ? 'waits for it' : 'does not wait'}, the fetch is ${inFlight}, ` +
      `${after.fetches} later ones get ${after.copies || 'nothing'}.`,
  );
  page.fact(
    'Firms that must report, or may have to, ask for the proof of concept: ' +
      `${refused} times it does not exist for them; at disclosure they get the general ` +
      'description.',
  );
}
