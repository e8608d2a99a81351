import { HOUR_MS, type Instant, parseInstant, plus } from '../../domain/instant.ts';
import type { Alert } from './act-plan.ts';
import { type Suspended, suspendMidWave, tryAll } from './act-suspension.ts';
import { columns, dayOf } from './page.ts';
import type { Reader } from './readers.ts';
import { pass, type Stage } from './stage.ts';

/** A promise reaches to the tick after the next; verifying asks after that. */
const PROMISED_MS = 3 * HOUR_MS;
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
    if (suspended) suspended.fetchesAfter += await tryAgain(stage, alert, readers, suspended);
    refused += await askForPoc(stage, alert, readers);
    await pass(stage, plus(at, PROMISED_MS));
    await proveAll(stage, readers, `${dayOf(at)}, ${tier ?? 'everybody'}`);
  }
  if (!suspended) throw new Error('expected a wave of ans');
  tell(stage, readers, suspended, refused);
  return suspended;
}

type Wave = { readonly at: Instant; readonly tier: string | null };

function wavesOf({ opensAt, disclosureAt }: Alert): Wave[] {
  const waves: Wave[] = [...opensAt].map(([tier, at]) => ({ at: parseInstant(at), tier }));
  waves.push({ at: parseInstant(disclosureAt), tier: null });
  return waves.toSorted((a, b) => a.at - b.at);
}

function show({ page }: Stage, row: readonly (string | number)[]): void {
  page.line(columns([row], WIDTHS)[0]);
}

async function takeAll({ page, desks }: Stage, readers: readonly Reader[]): Promise<void> {
  const ids = readers.map(({ id }) => id);
  const taken = await desks.ask('takeAll', ids, (done) => {
    page.doing('readers fetch, open and acknowledge', done, readers.length);
  });
  for (const [index, reader] of readers.entries()) reader.copies += taken[index] ?? 0;
}

/** Verifies what was taken in this wave, and prints the wave's line. */
async function proveAll(stage: Stage, readers: readonly Reader[], label: string): Promise<void> {
  const { page, rehearsal, desks } = stage;
  const before = await desks.ask('count', null);
  const ids = readers.filter(({ copies }) => copies > 0).map(({ id }) => id);
  const input = { readers: ids, now: rehearsal.now() };
  const proven = await desks.ask('prove', input, (done) => {
    page.doing('readers verify against the ledger', done, ids.length);
  });
  const opened = before.opened - before.verified;
  const served = proven.filter((count) => count > 0).length;
  show(stage, [label, served, opened, opened, proven.reduce((sum, count) => sum + count, 0)]);
}

async function tryAgain(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  { participant }: Suspended,
): Promise<number> {
  const own = readers.filter((reader) => reader.participant === participant);
  return tryAll(stage, alert, own);
}

/** The roles of firms that the July 2025 rule holds back. */
const RESTRICTED = ['duty', 'unknown', 'expired'];

/**
 * One reader of each restricted firm asks for the proof of concept by its id. Returns how many were
 * refused; from disclosure on, the general description comes in its place.
 */
async function askForPoc(
  { desks }: Stage,
  alert: Alert,
  readers: readonly Reader[],
): Promise<number> {
  const artifact = alert.artifacts.find(({ kind }) => kind === 'poc')?.id ?? '';
  const restricted = readers.filter(({ firm }) => RESTRICTED.includes(firm.role));
  const firms = Map.groupBy(restricted, ({ participant }) => participant);
  let refused = 0;
  for (const [reader] of firms.values()) {
    if (!reader) continue;
    const code = await desks.ask('take', { reader: reader.id, alert: alert.id, artifact });
    if (code === null) reader.copies += 1;
    else refused += 1;
  }
  return refused;
}

function tell(
  { page }: Stage,
  readers: readonly Reader[],
  { participant, waited, inFlight, fetchesAfter }: Suspended,
  refused: number,
): void {
  const firm = readers.find((reader) => reader.participant === participant)?.firm.name;
  page.fact(`${firm} is suspended on 3 July with a fetch under way: the suspension`);
  page.line(
    `${waited ? 'waited for it' : 'did not wait'}, the fetch was ${inFlight}; ` +
      `${fetchesAfter} fetches after it got nothing.`,
  );
  page.fact(`Firms with the duty asked ${refused} times for the proof of concept, for nothing.`);
}
