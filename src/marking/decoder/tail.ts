import { lnBinomial } from './binomial.ts';
import { lnChernoff, tiltAt, tiltFor } from './saddlepoint.ts';
import type { SlotClass, Statistic } from './statistic.ts';

/**
 * Longest step of the grid of scores, in nats. Rounding up once per class inflates a tail by at
 * most 6 steps.
 */
export const GRID_NATS = 0.002;

/** The shortest, for memory: at the largest tilts. */
const FINEST_NATS = 0.0002;

/**
 * Where 1e-20 takes a tilt above this, steps are shorter in proportion: what a step more of score
 * costs there is so many times a tail. Scores spread the less, so the grid has no more steps.
 */
const COARSE_TILT = 2;
const DEEP_SHARE = 0.7;

/**
 * A score that falls short of a grid step by less than this share of it still reaches it: a
 * double's rounding must never drop the outcome observed from its own tail.
 */
const STEP_SLACK = 1e-6;

/**
 * Numbers of ones less likely than this are left out of a class, and steps out of a convolution;
 * what was left out is added to every tail as if it all lay beyond the score.
 */
const NEGLIGIBLE = 1e-30;

/** Tails below this are computed again, tilted to where they lie, so that `NEGLIGIBLE` stays it. */
const LN_SHALLOW = Math.log(1e-20);

/**
 * Beyond this many additions or cells per half (over 10 000 read slots) Chernoff's bound stands in.
 */
const MAX_WORK = 1e8;
const MAX_CELLS = 1 << 24;

/** A tail: ln P(S ≥ score) for the score of somebody who took no part in the leak. */
export type Tail = (score: number) => number;

/**
 * The exact tail of a statistic, by direct convolution of the class binomials on a grid, every
 * class's contribution rounded up: never below the true probability, and above it only by the
 * inflation of the grid. (No Fourier transform: its absolute error ruins small tails.) The
 * tables are made at the first call; class sizes are whole numbers. Beyond `MAX_WORK` it is
 * Chernoff's bound, about a decade higher and as rigorous.
 */
export function exactTail(statistic: Statistic): Tail {
  const grid = gridOf(statistic);
  const halves = split(statistic, grid);
  if (halves.some((half) => tooLarge(half))) return (score) => lnChernoff(statistic, score);
  let untilted: Convolution | null = null;
  return (score) => {
    untilted ??= convolve(halves, 0);
    const step = stepFor(statistic, score, grid);
    const lnTail = tailAt(untilted, step);
    if (lnTail > LN_SHALLOW) return lnTail;
    return tailAt(convolve(halves, tiltFor(statistic, score) * grid), step);
  };
}

/**
 * The length of a step, in nats. It depends on the leaked word and the biases alone. Near the
 * largest score every tilt is large, but few scores are left that a step could confuse.
 */
function gridOf(statistic: Statistic): number {
  const { classes, gains } = statistic;
  const lnLeast = classes.reduce(
    (sum, { p, n }, g) => sum + n * Math.log((gains[g] ?? 0) > 0 ? p : 1 - p),
    0,
  );
  const tilt = tiltAt(statistic, Math.max(LN_SHALLOW, DEEP_SHARE * lnLeast));
  return Math.max(FINEST_NATS, Math.min(1, COARSE_TILT / tilt) * GRID_NATS);
}

/** The grid step that a score must reach. `score` itself is not rounded to the grid. */
function stepFor(statistic: Statistic, score: number, grid: number): number {
  return Math.ceil((score - statistic.base) / grid - STEP_SLACK);
}

/**
 * One class on the grid: what each number of ones adds to the score, in steps, and how likely it
 * is.
 */
type Lattice = { readonly offsets: Int32Array; readonly lnMass: Float64Array };

/** A class under a tilt: the outcomes kept, their mass scaled to sum to 1, ln of the scale. */
type TiltedClass = {
  readonly offsets: Int32Array;
  readonly mass: Float64Array;
  readonly dropped: number;
  readonly lnScale: number;
};

function latticeOf({ p, n }: SlotClass, gain: number, grid: number): Lattice {
  const offsets = Int32Array.from({ length: n + 1 }, (_, ones) => Math.ceil((ones * gain) / grid));
  return { offsets, lnMass: lnBinomial(n, p) };
}

/** Mass times e^(tilt·offset), without the negligible ends. `tilt` in nats per step. */
function tiltClass({ offsets, lnMass }: Lattice, tilt: number): TiltedClass {
  const lnTilted = lnMass.map((ln, k) => ln + tilt * (offsets[k] ?? 0));
  const top = lnTilted.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const raw = lnTilted.map((ln) => Math.exp(ln - top));
  const sum = raw.reduce((a, b) => a + b, 0);
  const mass = raw.map((value) => value / sum);
  const first = mass.findIndex((value) => value >= NEGLIGIBLE);
  const end = mass.findLastIndex((value) => value >= NEGLIGIBLE) + 1;
  const kept = mass.subarray(first, end);
  const dropped = (mass.length - kept.length) * NEGLIGIBLE;
  return {
    offsets: offsets.subarray(first, end),
    mass: kept,
    dropped,
    lnScale: top + Math.log(sum),
  };
}

/**
 * The classes in two halves with about equally many outcomes. Convolving each half alone and
 * combining them only at the score asked for gives the same tail as one long convolution, for a
 * fraction of the work.
 */
function split({ classes, gains }: Statistic, grid: number): readonly [Lattice[], Lattice[]] {
  const halves: [Lattice[], Lattice[]] = [[], []];
  const outcomes: [number, number] = [1, 1];
  const lattices = classes.map((slotClass, g) => latticeOf(slotClass, gains[g] ?? 0, grid));
  for (const lattice of lattices.sort((a, b) => b.offsets.length - a.offsets.length)) {
    const side = outcomes[0] <= outcomes[1] ? 0 : 1;
    halves[side].push(lattice);
    outcomes[side] *= lattice.offsets.length;
  }
  return halves;
}

/** Occupied steps are no more than outcomes and no more than cells: many small classes meet. */
function tooLarge(half: readonly Lattice[]): boolean {
  let occupied = 1;
  let cells = 1;
  let work = 0;
  for (const { offsets } of half.map((lattice) => tiltClass(lattice, 0))) {
    work += occupied * offsets.length;
    cells += span(offsets).width;
    occupied = Math.min(occupied * offsets.length, cells);
  }
  return work > MAX_WORK || cells > MAX_CELLS;
}

/** Mass at consecutive grid steps from `origin` on, and how much mass was left out on the way. */
type Grid = { readonly origin: number; readonly mass: Float64Array; readonly lost: number };

/**
 * Both halves under one tilt. `beyond[i]` of the first is Σ_{a≥i} mass[a]·decay^(a−i); the second
 * is kept as the list of its occupied steps. `lnScale` takes the tilt out again.
 */
type Convolution = {
  readonly origin: number;
  readonly beyond: Float64Array;
  readonly steps: Int32Array;
  readonly masses: Float64Array;
  readonly dropped: number;
  /** Nats per step. */
  readonly tilt: number;
  readonly lnScale: number;
};

/** Under a tilt, in nats per step. */
function convolve(halves: readonly [Lattice[], Lattice[]], tilt: number): Convolution {
  const first = halves[0].map((lattice) => tiltClass(lattice, tilt));
  const second = halves[1].map((lattice) => tiltClass(lattice, tilt));
  const one = first.reduce(addClass, POINT);
  const other = second.reduce(addClass, POINT);
  const occupied = occupiedSteps(other.mass);
  const lost = one.lost + other.lost + massOutside(other.mass, occupied);
  const all = [...first, ...second];
  return {
    origin: one.origin + other.origin,
    beyond: discountedSuffix(one.mass, Math.exp(-tilt)),
    steps: occupied,
    masses: pick(other.mass, occupied),
    dropped: all.reduce((sum, { dropped }) => sum + dropped, lost),
    tilt,
    lnScale: all.reduce((sum, { lnScale }) => sum + lnScale, 0),
  };
}

/**
 * ln P(sum of steps ≥ step) = lnScale − tilt·step + ln Σ_b mass_b·beyond[step − b]. Every term is
 * positive, so nothing cancels, whatever the tilt.
 */
function tailAt(convolution: Convolution, step: number): number {
  const { origin, beyond, steps: places, masses, dropped, tilt, lnScale } = convolution;
  const least = beyond[0] ?? 0;
  let sum = dropped;
  for (let i = 0; i < places.length; i++) {
    const index = step - origin - (places[i] ?? 0);
    if (index >= beyond.length) continue;
    // Below the first half's least step all of it counts, discounted by the distance.
    const reached = index >= 0 ? (beyond[index] ?? 0) : least * Math.exp(tilt * index);
    sum += (masses[i] ?? 0) * reached;
  }
  return Math.min(0, lnScale - tilt * step + Math.log(sum));
}

const POINT: Grid = { origin: 0, mass: Float64Array.of(1), lost: 0 };

function addClass(grid: Grid, { offsets, mass }: TiltedClass): Grid {
  const { least, width } = span(offsets);
  const next = new Float64Array(grid.mass.length + width);
  const places = occupiedSteps(grid.mass);
  const masses = pick(grid.mass, places);
  for (let k = 0; k < offsets.length; k++) {
    const shift = (offsets[k] ?? 0) - least;
    const share = mass[k] ?? 0;
    for (let i = 0; i < places.length; i++) {
      const at = shift + (places[i] ?? 0);
      next[at] = (next[at] ?? 0) + share * (masses[i] ?? 0);
    }
  }
  const lost = grid.lost + massOutside(grid.mass, places);
  return { origin: grid.origin + least, mass: next, lost };
}

/** The offsets of a class are monotone in the number of ones, so its ends are its extremes. */
function span(offsets: Int32Array): { readonly least: number; readonly width: number } {
  const a = offsets[0] ?? 0;
  const b = offsets[offsets.length - 1] ?? 0;
  return { least: Math.min(a, b), width: Math.abs(a - b) };
}

/** The steps with more than negligible mass. */
function occupiedSteps(mass: Float64Array): Int32Array {
  const places = new Int32Array(mass.length);
  let count = 0;
  for (let i = 0; i < mass.length; i++) if ((mass[i] ?? 0) >= NEGLIGIBLE) places[count++] = i;
  return places.slice(0, count);
}

/** The mass at all other steps than these, which are in ascending order. */
function massOutside(mass: Float64Array, places: Int32Array): number {
  let sum = 0;
  for (let i = 0, next = 0; i < mass.length; i++) {
    if (i === places[next]) next += 1;
    else sum += mass[i] ?? 0;
  }
  return sum;
}

function pick(mass: Float64Array, places: Int32Array): Float64Array {
  const picked = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) picked[i] = mass[places[i] ?? 0] ?? 0;
  return picked;
}

function discountedSuffix(mass: Float64Array, decay: number): Float64Array {
  const beyond = new Float64Array(mass.length);
  let sum = 0;
  for (let i = mass.length - 1; i >= 0; i--) {
    sum = (mass[i] ?? 0) + decay * sum;
    beyond[i] = sum;
  }
  return beyond;
}
