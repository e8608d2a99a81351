import { type Graph, graphOf, NO_WORD } from './graph.ts';
import type { Item } from './lattice.ts';
import { type Likeness, MATCH, MISS } from './likeness.ts';

/** A stretch of the lattice (`items[from..to)`) to be aligned with a stretch of the sample. */
export type Stretch = {
  readonly items: readonly Item[];
  readonly from: number;
  readonly to: number;
  readonly sample: Int32Array;
  /**
   * Whether the alignment may begin, or end, anywhere within the stretch instead of at its border.
   */
  readonly openStart: boolean;
  readonly openEnd: boolean;
};

/** How one slot came out in the best alignments. */
export type SlotOutcome = {
  readonly item: number;
  /** Best score of an alignment of the whole stretch by way of each text. */
  readonly scores: readonly [number, number];
  /** Best score of one in which no word of the slot is there. */
  readonly without: number;
  /** Words of the better text that match, exactly and with typing errors. */
  readonly exact: number;
  readonly near: number;
  /** The better text: its number of words. */
  readonly length: number;
  /** Places in the sample's stretch of the first and the last word that match, -1 for none. */
  readonly first: number;
  readonly last: number;
};

/** What an alignment found: words outside slots, and for each slot which text fits better. */
export type Alignment = {
  /**
   * For each item of the stretch that is a word: its place in the sample's stretch, -1 for none.
   */
  readonly matched: ReadonlyMap<number, number>;
  readonly slots: readonly SlotOutcome[];
};

/** Most cells of one alignment; a stretch beyond that is torn too badly to be read. */
const MAX_CELLS = 400_000;

/**
 * Aligns a stretch of lattice and sample: the best score of any path through the texts of the slots
 * (Needleman–Wunsch over a graph), forward and backward, so that for every slot the best alignment
 * by way of either text is known, all other slots being free. Null when the stretch is too large.
 */
export function align(stretch: Stretch, likeness: Likeness): Alignment | null {
  const graph = graphOf(stretch.items, stretch.from, stretch.to);
  if (graph.words.length * (stretch.sample.length + 1) > MAX_CELLS) return null;
  const table = tableOf(graph, stretch, likeness);
  const forward = fillForward(table);
  const backward = fillBackward(table);
  const path = bestPath(table, forward);
  return { matched: path.words, slots: outcomes(table, forward, backward, path) };
}

type Table = {
  readonly graph: Graph;
  readonly stretch: Stretch;
  readonly likeness: Likeness;
  /** Columns: how many words of the sample are used up. */
  readonly width: number;
};

function tableOf(graph: Graph, stretch: Stretch, likeness: Likeness): Table {
  return { graph, stretch, likeness, width: stretch.sample.length + 1 };
}

/** Best score of a path from the start to each node, having used each number of sample words. */
function fillForward({ graph, stretch, likeness, width }: Table): Float64Array {
  const best = new Float64Array(graph.words.length * width).fill(Number.NEGATIVE_INFINITY);
  for (let node = 0; node < graph.words.length; node++) {
    const word = graph.words[node] ?? NO_WORD;
    const [missing, extra] = [graph.missing[node] ?? 0, graph.extra[node] ?? 0];
    for (let used = 0; used < width; used++) {
      let score = node === 0 && used === 0 ? 0 : Number.NEGATIVE_INFINITY;
      if (stretch.openStart) score = Math.max(score, 0);
      for (const prior of graph.before[node] ?? []) {
        const above = best[prior * width + used] ?? 0;
        score = Math.max(score, above + missing);
        if (word === NO_WORD || used === 0) continue;
        const matched = likeness(word, stretch.sample[used - 1] ?? 0) + extra;
        score = Math.max(score, (best[prior * width + used - 1] ?? 0) + matched);
      }
      if (used > 0) score = Math.max(score, (best[node * width + used - 1] ?? 0) + MISS);
      best[node * width + used] = score;
    }
  }
  return best;
}

/** Best score of a path from each node to the end, the words used so far given. */
function fillBackward({ graph, stretch, likeness, width }: Table): Float64Array {
  const best = new Float64Array(graph.words.length * width).fill(
    stretch.openEnd ? 0 : Number.NEGATIVE_INFINITY,
  );
  best[graph.words.length * width - 1] = 0;
  for (let node = graph.words.length - 1; node >= 0; node--) {
    const word = graph.words[node] ?? NO_WORD;
    const [missing, extra] = [graph.missing[node] ?? 0, graph.extra[node] ?? 0];
    for (let used = width - 1; used >= 0; used--) {
      const at = node * width + used;
      if (used + 1 < width) best[at] = Math.max(best[at] ?? 0, (best[at + 1] ?? 0) + MISS);
      // What a path gains by entering this node is carried back to the nodes it comes from.
      const here = best[at] ?? 0;
      const skipped = here + missing;
      const matched =
        used > 0 && word !== NO_WORD ? likeness(word, stretch.sample[used - 1] ?? 0) + extra : 0;
      for (const prior of graph.before[node] ?? []) {
        const above = prior * width + used;
        best[above] = Math.max(best[above] ?? 0, skipped);
        if (word === NO_WORD || used === 0) continue;
        best[above - 1] = Math.max(best[above - 1] ?? 0, here + matched);
      }
    }
  }
  return best;
}

/** What of a slot's better text the path matches. */
type Matched = { exact: number; near: number; first: number; last: number };

type Path = {
  readonly words: ReadonlyMap<number, number>;
  /** By item of a slot. */
  readonly slots: ReadonlyMap<number, Matched>;
};

/** One best path, walked from its end. */
function bestPath(table: Table, forward: Float64Array): Path {
  const { graph, stretch, likeness, width } = table;
  const words = new Map<number, number>();
  const slots = new Map<number, Matched>();
  let [node, used] = endOf(table, forward);
  for (;;) {
    if (stretch.openStart && forward[node * width + used] === 0) break;
    const step = stepBack(table, forward, node, used);
    if (step === null) break;
    const origin = graph.origins[node] ?? null;
    const at = used - 1;
    const gain = step.matched ? likeness(graph.words[node] ?? 0, stretch.sample[at] ?? 0) : MISS;
    if (gain > 0 && origin !== null) {
      if (origin.variant === null) words.set(origin.item, at);
      else slots.set(origin.item, add(slots.get(origin.item), gain, at));
    }
    [node, used] = [step.node, step.used];
  }
  return { words, slots };
}

/** One more matched word, which stands before those known. */
function add(known: Matched | undefined, gain: number, at: number): Matched {
  const { exact, near, last } = known ?? { exact: 0, near: 0, last: at };
  return gain === MATCH
    ? { exact: exact + 1, near, first: at, last }
    : { exact, near: near + 1, first: at, last };
}

function endOf({ graph, stretch, width }: Table, forward: Float64Array): [number, number] {
  const last = graph.words.length - 1;
  if (!stretch.openEnd) return [last, width - 1];
  let best = 0;
  for (let at = 0; at < forward.length; at++) {
    if ((forward[at] ?? 0) > (forward[best] ?? 0)) best = at;
  }
  return [Math.floor(best / width), best % width];
}

type Step = { readonly node: number; readonly used: number; readonly matched: boolean };

function stepBack(table: Table, forward: Float64Array, node: number, used: number): Step | null {
  const { graph, stretch, likeness, width } = table;
  const score = forward[node * width + used] ?? 0;
  const word = graph.words[node] ?? NO_WORD;
  const [missing, extra] = [graph.missing[node] ?? 0, graph.extra[node] ?? 0];
  for (const prior of graph.before[node] ?? []) {
    const above = forward[prior * width + used] ?? 0;
    if (word !== NO_WORD && used > 0) {
      const matched = likeness(word, stretch.sample[used - 1] ?? 0) + extra;
      const diagonal = forward[prior * width + used - 1] ?? 0;
      if (diagonal + matched === score) return { node: prior, used: used - 1, matched: true };
    }
    if (above + missing === score) return { node: prior, used, matched: false };
  }
  if (used > 0 && (forward[node * width + used - 1] ?? 0) + MISS === score) {
    return { node, used: used - 1, matched: false };
  }
  return null;
}

function outcomes(
  { graph, stretch, width }: Table,
  forward: Float64Array,
  backward: Float64Array,
  path: Path,
): SlotOutcome[] {
  const scores = new Map<number, [number, number]>();
  for (let node = 0; node < graph.words.length; node++) {
    const origin = graph.origins[node];
    if (origin === undefined || origin === null || origin.variant === null) continue;
    const best = scores.get(origin.item) ?? [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = node * width; at < (node + 1) * width; at++) {
      const through = (forward[at] ?? 0) + (backward[at] ?? 0);
      best[origin.variant] = Math.max(best[origin.variant], through);
    }
    scores.set(origin.item, best);
  }
  return Array.from(scores, ([item, through]) => {
    const one = stretch.items[item];
    const better = through[1] > through[0] ? 1 : 0;
    const length = one?.kind === 'slot' ? one.variants[better].length : 0;
    const matched = path.slots.get(item) ?? { exact: 0, near: 0, first: -1, last: -1 };
    const without = scoreWithout({ graph, stretch, width }, forward, backward, item);
    return { item, scores: through, without, length, ...matched };
  });
}

/** Best score of an alignment that leaves out a slot, whichever of its texts is shorter. */
function scoreWithout(
  { graph, stretch, width }: Pick<Table, 'graph' | 'stretch' | 'width'>,
  forward: Float64Array,
  backward: Float64Array,
  item: number,
): number {
  const one = stretch.items[item];
  const ends = graph.ends.get(item);
  if (one?.kind !== 'slot' || ends === undefined) return Number.NEGATIVE_INFINITY;
  const skipped = MISS * Math.min(one.variants[0].length, one.variants[1].length);
  let best = Number.NEGATIVE_INFINITY;
  for (let used = 0; used < width; used++) {
    const onward = (backward[ends.after * width + used] ?? 0) + skipped;
    for (const node of ends.before) {
      best = Math.max(best, (forward[node * width + used] ?? 0) + onward);
    }
  }
  return best;
}
