/**
 * What is left of the marks after what happens to a text, and who is named by it: ten real texts,
 * frozen and marked for 1 000 participants under keys of their own, changed, read blind and scored
 * as the first look of a programme. `--keys` for other than 200 keys a text, `--only tropos` for
 * one text. Texts run side by side, as many as there are processors. The cases that end in `-60`
 * are the same texts with about 60 slots of participants, under a quarter of the keys.
 */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { REAL_TEXTS } from '../tests/support/real-texts.ts';
import { SURVIVAL_CASES, type SurvivalCase } from '../tests/support/survival.ts';
import { addRuns, emptyRuns, type Runs, runText } from '../tests/support/survive-text.ts';
import { print, round } from './harness.ts';
import { inThreads } from './threads.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    keys: { type: 'string', default: '200' },
    only: { type: 'string' },
  },
});

/** What is asked for of a case, and of which of its figures. */
const BARS: Readonly<
  Record<SurvivalCase, { readonly of: 'read' | 'accused' | 'named'; at: number }>
> = {
  verbatim: { of: 'read', at: 1 },
  reflow: { of: 'read', at: 1 },
  nfkc: { of: 'read', at: 1 },
  markdown: { of: 'read', at: 1 },
  retype1: { of: 'read', at: 0.9 },
  'loss30-typo1': { of: 'accused', at: 0.99 },
  half: { of: 'accused', at: 0.95 },
  unrelated: { of: 'read', at: 0.02 },
  public: { of: 'named', at: 0 },
};

const UNITS = {
  read: 'of slots read',
  accused: 'of runs in which the true participant and nobody else is named',
  named: 'of runs in which anybody is named',
} as const;

/** A text, and how many slots of it are marked: all, or those that give the participants 60. */
type Work = { readonly name: string; readonly slots: number | null; readonly keys: number };

/** The runs of one text by case. */
type Answer = { readonly work: Work; readonly runs: ReadonlyMap<SurvivalCase, Runs> };

const SLOTS_OF_60 = 90;

if (isMainThread) await runAll();
else {
  const work = workerData as Work;
  parentPort?.postMessage(runText(work.name, work.slots, work.keys));
}

async function runAll(): Promise<void> {
  const start = performance.now();
  const keys = Number(values.keys);
  const names = REAL_TEXTS.filter((name) => values.only === undefined || name === values.only);
  // The longest first.
  const works = [
    ...names.map((name): Work => ({ name, slots: null, keys })),
    ...names.map((name): Work => ({ name, slots: SLOTS_OF_60, keys: Math.ceil(keys / 4) })),
  ];
  const runs = await inThreads<Work, Answer['runs']>(import.meta.url, works);
  const answers = works.map((work, i): Answer => ({ work, runs: runs[i] ?? new Map() }));
  const seconds = Number(((performance.now() - start) / 1_000).toFixed(1));
  for (const slots of [null, SLOTS_OF_60]) {
    for (const name of SURVIVAL_CASES) {
      printCase(
        name,
        answers.filter(({ work }) => work.slots === slots),
        { slots, seconds },
      );
    }
  }
}

function printCase(
  name: SurvivalCase,
  answers: readonly Answer[],
  { slots, seconds }: { readonly slots: number | null; readonly seconds: number },
): void {
  const own = answers.map(({ work, runs }) => ({
    text: work.name,
    runs: runs.get(name) ?? emptyRuns(),
  }));
  const all = own.reduce((sum, { runs }) => addRuns(sum, runs), emptyRuns());
  const bar = BARS[name];
  const worse = own.toSorted((a, b) => figure(a.runs, bar.of) - figure(b.runs, bar.of));
  const worst = bar.of === 'named' || name === 'unrelated' ? worse.at(-1) : worse[0];
  const ours = figure(all, bar.of);
  print({
    bench: 'survive',
    case: slots === null ? name : `${name}-60`,
    ours: round(ours),
    peer: bar.at,
    ratio: ratioOf(name, ours, bar.at),
    unit: `share ${UNITS[bar.of]} (peer: the bar${slots === null ? '' : ' for twice the slots'})`,
    read: round(share(all.read, all.slots)),
    wrong: round(share(all.wrong, all.read)),
    accused: Number(share(all.right, all.runs).toFixed(4)),
    othersNamed: all.others,
    wrongReads: all.wrong,
    worstText: worst?.text ?? '',
    worst: round(worst === undefined ? 0 : figure(worst.runs, bar.of)),
    slotsATextMean: round(all.slots / all.runs),
    participantSlotsMean: round(all.participantSlots / all.runs),
    participantSlotsLeast: all.fewest,
    texts: own.length,
    runs: all.runs,
    seconds,
    cpuSeconds: round(process.cpuUsage().user / 1e6),
  });
}

function figure(runs: Runs, of: 'read' | 'accused' | 'named'): number {
  if (of === 'read') return share(runs.read, runs.slots);
  if (of === 'accused') return share(runs.right, runs.runs);
  return share(runs.named, runs.runs);
}

function ratioOf(name: SurvivalCase, ours: number, bar: number): number {
  if (name === 'public') return ours === 0 ? 1 : 0;
  if (name === 'unrelated') return round(bar / Math.max(ours, bar / 100));
  return round(ours / bar);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
