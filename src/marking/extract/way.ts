import type { Lattice } from './lattice.ts';
import type { Pin } from './pins.ts';

/** A stretch of the sample that runs along a stretch of the lattice; pins ascend in both. */
export type Piece = { readonly pins: readonly Pin[] };

/** Farthest that two neighbouring pins of one piece may be apart, in words. */
const MAX_GAP = 120;

/** By how much the two sides of a gap may differ, in words, apart from a quarter of its length. */
const MAX_DRIFT = 16;

/** Pins that going on at another place of the lattice must gain: else it was a chance likeness. */
const JUMP = 4;

/**
 * Words that stand at several places of the lattice go on from what is before them, this straight
 * at least (`strainOf`); they never begin a piece.
 */
const MAX_STRAIN = 0.2;

/** Most ways on that are followed at a place: repetitive samples must not cost quadratic time. */
const MAX_OPEN = 24;

/** A pin at the end of the best way to it. `goesOn`: in one piece with the pin before. */
type Step = {
  readonly pin: Pin;
  readonly score: number;
  readonly before: Step | null;
  readonly goesOn: boolean;
};

/** The way with the most pins, less `JUMP` for each jump, cut into pieces at the jumps. */
export function bestWay(lattice: Lattice, pins: readonly Pin[]): Piece[] {
  const open: Step[] = [];
  /** The best way to a pin at an earlier word than the one at hand. */
  let top: Step | null = null;
  let here: Step[] = [];
  for (const pin of pins) {
    if (here[0] !== undefined && here[0].pin.at < pin.at) {
      top = here.reduce(better, top);
      for (const step of here) keepOpen(open, step);
      here = [];
    }
    const step = bestStep(lattice, open, top, pin);
    if (step !== null) here.push(step);
  }
  return piecesOn(here.reduce(better, top));
}

function better(best: Step | null, step: Step): Step {
  return best === null || step.score > best.score ? step : best;
}

/** Adds a step to those that may be gone on from; what is too far back or least likely goes. */
function keepOpen(open: Step[], step: Step): void {
  while (open[0] !== undefined && step.pin.at - open[0].pin.at > MAX_GAP) open.shift();
  open.push(step);
  if (open.length <= MAX_OPEN) return;
  let least = 0;
  for (let at = 1; at < open.length; at++) {
    if ((open[at]?.score ?? 0) < (open[least]?.score ?? 0)) least = at;
  }
  open.splice(least, 1);
}

function bestStep(
  lattice: Lattice,
  open: readonly Step[],
  top: Step | null,
  pin: Pin,
): Step | null {
  let best: Step | null = null;
  if (pin.unique) {
    const jumps = top !== null && top.score > JUMP;
    best = {
      pin,
      score: jumps ? top.score - JUMP + 1 : 1,
      before: jumps ? top : null,
      goesOn: false,
    };
  }
  for (let at = open.length - 1; at >= 0; at--) {
    const before = open[at];
    if (before === undefined) continue;
    if (best !== null && before.score + 1 <= best.score) continue;
    const strain = strainOf(lattice, before.pin, pin);
    if (strain === null || (!pin.unique && strain > MAX_STRAIN)) continue;
    const score = before.score + 1 - (strain * JUMP) / 2;
    if (best === null || score > best.score) best = { pin, score, before, goesOn: true };
  }
  return best;
}

function piecesOn(end: Step | null): Piece[] {
  const pieces: Pin[][] = [];
  let pins: Pin[] = [];
  for (let step = end; step !== null; step = step.before) {
    pins.push(step.pin);
    if (step.goesOn) continue;
    pieces.push(pins.reverse());
    pins = [];
  }
  return pieces.reverse().map((own) => ({ pins: own }));
}

/**
 * How far `next` is off the line through `last`, as a share of what is allowed; null when it does
 * not go on from there.
 */
function strainOf(lattice: Lattice, last: Pin, next: Pin): number | null {
  const { position } = lattice;
  const along = (position[next.item] ?? 0) - (position[last.item] ?? 0);
  const over = next.at - last.at;
  const onward = next.item > last.item || (next.item === last.item && !next.fast);
  if (!onward || over <= 0 || along > MAX_GAP) return null;
  const play = breadth(lattice, last) + breadth(lattice, next);
  const drift = Math.max(0, Math.abs(along - over) - play);
  const allowed = MAX_DRIFT + Math.max(along, over) / 4;
  return drift <= allowed ? drift / allowed : null;
}

/** Words within which a pin may stand: those of its slot. */
function breadth({ items }: Lattice, { item }: Pin): number {
  const one = items[item];
  return one?.kind === 'slot' ? Math.max(one.variants[0].length, one.variants[1].length) : 0;
}
