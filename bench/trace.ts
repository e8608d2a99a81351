/**
 * How long one hypothesis takes to score a million recipients over 1 024 slots, codewords given
 * bit-packed, the exact tails of all above screening included; and all pairs of 10 000 recipients
 * over 256 slots, of which a trace takes the best 400.
 */
import { BIASES } from '../src/marking/code.ts';
import { decodeByStages, type Finding } from '../src/marking/decoder/decode.ts';
import { jointTest, lnJointEvidence } from '../src/marking/decoder/joint.ts';
import { layOut } from '../src/marking/decoder/joint-words.ts';
import { portfolioFor } from '../src/marking/decoder/portfolio.ts';
import { JUDGED } from '../src/marking/decoder/stage.ts';
import type { Statistic } from '../src/marking/decoder/statistic.ts';
import { byClass, groupSlots, packWords } from '../src/marking/decoder/words.ts';
import { type Codewords, drawCodewords, drawLevels } from '../tests/support/codewords.ts';
import { drawLevel } from '../tests/support/leak.ts';
import { leakedSlots, sceneOf } from '../tests/support/leaked-word.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { median, print, round } from './harness.ts';

const RECIPIENTS = 1_000_000;
const SLOTS = 1_024;
const ROUNDS = 7;
/** All pairs take seconds. */
const PAIR_ROUNDS = 4;

/** Recipients the naive loop scores; its time is scaled up to all of them. */
const PEER_SAMPLE = 20_000;

const WHOLE = { erased: 0, authored: 0 };
/** What identifies, for a look whose family-wise error is 1e-6. */
const LN_LEVEL = Math.log(1e-6 / RECIPIENTS);
const NOBODY: Finding = { row: -1, lnP: 1, test: '' };
const NOTE =
  'first stage of a trace: ms = the hypotheses of the portfolio together / their number. ' +
  `Peer: one hypothesis, slot by slot, no tails, ${PEER_SAMPLE} recipients scaled to a million.`;

const random = seeded(1);
const rounds = Array.from({ length: ROUNDS }, () => traceOne(random));
// The first round warms the compiler up and is not counted.
const counted = rounds.slice(1);
const ours = median(counted.map(({ ms, hypotheses }) => ms / hypotheses));
const peer = median(counted.map(({ peerMs }) => peerMs));
print({
  bench: 'trace',
  case: '1e6x1024',
  ours: round(ours),
  peer: round(peer),
  ratio: round(peer / ours),
  unit: 'ms',
  ms: round(ours),
  cpuMs: round(median(counted.map(({ cpuMs, hypotheses }) => cpuMs / hypotheses))),
  judged: median(counted.map(({ judged }) => judged)),
  note: NOTE,
});

printPairs();

/** The evidence of all pairs of 10 000, every hypothesis. */
function printPairs(): void {
  const slots = 256;
  const rows = 10_000;
  const bar = 1_000;
  const times = Array.from({ length: PAIR_ROUNDS }, () => {
    const drawn = drawCodewords(drawLevels(slots, random), rows, random);
    const leaked = leakedSlots(drawn, { strategy: 'interleave', colluders: 2 }, WHOLE, random);
    const { words, slots: read } = sceneOf(drawn, leaked);
    const laidOut = layOut(words, [...Array(rows).keys()], groupSlots(read));
    const { ms, cpuMs, result } = timed(() => {
      const test = jointTest(laidOut, 2);
      return { hypotheses: test.full.length, evidence: lnJointEvidence(test) };
    });
    const best = result.evidence.indexOf(Math.max(...result.evidence));
    if (best > 1) throw new Error(`expected one of two colluders, found recipient ${best}`);
    return { ms: ms / result.hypotheses, cpuMs: cpuMs / result.hypotheses };
  });
  const ms = median(times.slice(1).map((time) => time.ms));
  print({
    bench: 'trace',
    case: 'pairs',
    ours: round(ms),
    peer: bar,
    ratio: round(bar / ms),
    unit: 'ms per hypothesis, all pairs of 10 000 over 256 slots (peer: the bar)',
    cpuMs: round(median(times.slice(1).map((time) => time.cpuMs))),
    note: 'the hypotheses of a trace together / their number; they share the counting',
  });
}

/** One copy leaked whole: the first stage of a trace, and the naive loop. */
function traceOne(source: Seeded) {
  const slots = byClass(
    Array.from({ length: SLOTS }, () => {
      const p = BIASES[drawLevel(source)] ?? BIASES[1];
      return { p, y: source.unit() < p / 65_536 ? 1 : 0 } as const;
    }),
  );
  const all = drawCodewords(
    slots.map(({ p }) => BIASES.indexOf(p)),
    RECIPIENTS,
    source,
  );
  const leaker = source.below(RECIPIENTS);
  const leaked = packWords(1, SLOTS, (_, slot) => slots[slot]?.y ?? 0);
  all.words.set(leaked.bits, leaker * all.rowWords);

  const words = { rows: RECIPIENTS, rowWords: all.rowWords, bits: all.words };
  const stage = timed(() => {
    const scene = { words, slots, given: [] };
    const [alone] = decodeByStages(scene, LN_LEVEL, Math.log(JUDGED / RECIPIENTS));
    return alone ?? [];
  });
  const best = stage.result.reduce((a, b) => (b.lnP < a.lnP ? b : a), NOBODY);
  if (best.row !== leaker) throw new Error(`expected recipient ${leaker}, found ${best.row}`);
  const { columns, classes } = groupSlots(slots);
  const { members } = portfolioFor(classes);
  const naive = timed(() => scoreNaively(all, columns, members[0]?.statistic));
  return {
    ms: stage.ms,
    cpuMs: stage.cpuMs,
    hypotheses: members.length,
    peerMs: (naive.ms * RECIPIENTS) / PEER_SAMPLE,
    judged: stage.result.length,
  };
}

function scoreNaively(
  { words, rowWords }: Codewords,
  columns: readonly number[],
  statistic: Statistic | undefined,
): number {
  const gains = Float64Array.from(columns, (g) => statistic?.gains[g] ?? 0);
  let top = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < PEER_SAMPLE; row++) {
    let score = statistic?.base ?? 0;
    for (let slot = 0; slot < gains.length; slot++) {
      const word = words[row * rowWords + (slot >> 5)] ?? 0;
      score += (gains[slot] ?? 0) * ((word >>> (slot & 31)) & 1);
    }
    top = Math.max(top, score);
  }
  return top;
}

/** By the clock, and by what the process had of the processors, which others leave alone. */
function timed<T>(run: () => T) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = run();
  const { user, system } = process.cpuUsage(used);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1_000, result };
}
