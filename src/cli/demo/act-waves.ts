import { HOUR_MS, type Instant, parseInstant, plus } from '../../domain/instant.ts';
import type { Alert } from './act-plan.ts';
import { type Suspended, suspendMidWave, tryAll } from './act-suspension.ts';
import { columns, dayOf } from './page.ts';
import { type Reader, take, takeAll, verifyAll } from './readers.ts';
import { refusalOf } from './refusal.ts';
import { CONCURRENCY, pass, type Stage } from './stage.ts';
import { together } from './together.ts';

/** A promise reaches to the tick after the next; verifying asks after that. */
const PROMISED_MS = 3 * HOUR_MS;
const WIDTHS = [22, 9, 9, 9, 11, 17];

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
  const show = (row: readonly (string | number)[]) => page.line(columns([row], WIDTHS)[0]);
  show(['', 'readers', 'copies', 'opened', 'receipts', 'proven in ledger']);
  let suspended: Suspended | null = null;
  let refused = 0;
  for (const { at, tier } of wavesOf(alert)) {
    await pass(stage, at);
    const concerned = readers.filter(({ firm, copies }) =>
      tier === null ? copies.length === 0 : firm.enrolment.tier === tier,
    );
    const before = countCopies(readers);
    const half = Math.floor(concerned.length / 2);
    await serveAll(stage, concerned.slice(0, half));
    if (tier === 'ans') suspended = await suspendMidWave(stage, alert, readers, suspend);
    await serveAll(stage, concerned.slice(half));
    const own = readers.filter(({ participant }) => participant === suspended?.participant);
    if (suspended) suspended.fetchesAfter += await tryAll(alert, own);
    refused += await askForPoc(alert, readers);
    await pass(stage, plus(at, PROMISED_MS));
    const proven = await proveAll(stage, readers);
    const copies = countCopies(readers) - before;
    const served = new Set(concerned.filter((reader) => reader.copies.length > 0));
    show([`${dayOf(at)}, ${tier ?? 'everybody'}`, served.size, copies, copies, copies, proven]);
  }
  if (!suspended) throw new Error('expected a wave of ans');
  tell(stage, readers, suspended, refused);
  return suspended;
}

function tell(
  { page }: Stage,
  readers: readonly Reader[],
  suspended: Suspended,
  refused: number,
): void {
  const firm = readers.find(({ participant }) => participant === suspended.participant)?.firm;
  page.fact(`${firm?.name} was suspended on 3 July with a fetch under way:`);
  page.line(
    `the fetch was ${suspended.inFlight} before the suspension returned, ` +
      `${suspended.fetchesAfter} after it refused.`,
  );
  page.fact(`firms with the duty asked for the proof of concept ${refused} times: refused`);
}

type Wave = { readonly at: Instant; readonly tier: string | null };

function wavesOf({ opensAt, disclosureAt }: Alert): Wave[] {
  const waves: Wave[] = [...opensAt].map(([tier, at]) => ({ at: parseInstant(at), tier }));
  waves.push({ at: parseInstant(disclosureAt), tier: null });
  return waves.toSorted((a, b) => a.at - b.at);
}

async function serveAll({ page }: Stage, readers: readonly Reader[]): Promise<void> {
  let done = 0;
  await together(readers, CONCURRENCY, async (reader) => {
    await takeAll(reader);
    done += 1;
    page.doing('readers fetch, open and acknowledge', done, readers.length);
  });
}

async function proveAll({ page, rehearsal }: Stage, readers: readonly Reader[]): Promise<number> {
  let done = 0;
  const verified = await together(readers, CONCURRENCY, async (reader) => {
    const count = await verifyAll(reader, rehearsal.now());
    done += 1;
    page.doing('readers verify against the ledger', done, readers.length);
    return count;
  });
  return verified.reduce((sum, count) => sum + count, 0);
}

/** One reader of every restricted firm asks for it by its id. Returns how many were refused. */
async function askForPoc(alert: Alert, readers: readonly Reader[]): Promise<number> {
  const poc = alert.artifacts.find(({ kind }) => kind === 'poc')?.id ?? '';
  const restricted = readers.filter(({ firm }) =>
    ['duty', 'unknown', 'expired'].includes(firm.role),
  );
  const first = [...Map.groupBy(restricted, ({ participant }) => participant).values()];
  const answers = await together(first, CONCURRENCY, async ([reader]) =>
    reader ? refusalOf(take(reader, alert.id, poc)) : null,
  );
  return answers.filter((code) => code === 'NOT_FOUND').length;
}

function countCopies(readers: readonly Reader[]): number {
  return readers.reduce((sum, { copies }) => sum + copies.length, 0);
}
