import { DAY_MS } from '../../domain/instant.ts';
import type { Lead } from '../../domain/schedule.ts';
import type { Row } from '../request.ts';
import { SLOT, type Vocabulary } from '../vocabulary.ts';
import type { Linear, Reads } from './reads.ts';

/** The instant asked about, where rules compare nothing with a fixed one. */
const SOME_DAY = Date.UTC(2025, 6, 8, 17);

/** Numbers that are no instants. */
const QUANTITIES: readonly number[] = [SLOT.score, SLOT.dutyClock];

/** Instants of the schedule by slot, in milliseconds from disclosure. */
export type Waves = ReadonlyMap<number, number>;

/** The instant asked about, and when disclosure is; null: anywhere, as the waves are. */
export type Moment = {
  readonly now: number;
  readonly disclosureAt: number | null;
  /** Of two moments that do equally well, the one at a turning point reads better. */
  readonly cost: number;
};

/** Where the leads of a pack put the waves. One in business days depends on the date: not there. */
export function wavesOf(vocabulary: Vocabulary, leads: Readonly<Record<string, Lead>>): Waves {
  const waves = new Map<number, number>([[SLOT.disclosureAt, 0]]);
  vocabulary.leads.forEach((name, i) => {
    const lead = leads[name];
    if (lead?.unit === 'calendar') waves.set(vocabulary.leadSlot + i, -lead.ms);
  });
  return waves;
}

/** All moments that the rules can tell apart, the waves standing where a pack puts them. */
export function plannedMoments(reads: Reads, waves: Waves): Moment[] {
  const turns = turnsOf(reads, waves);
  const sinceDisclosure = new Set(turns.waves);
  // A number that is compared with `now` and with a wave also tells which of the two comes first.
  for (const wave of turns.fromWaves) {
    for (const ofNow of turns.fromNow) sinceDisclosure.add(wave - ofNow);
  }
  return nowsOf(turns).flatMap((now) => {
    const fixed = turns.wavesAt.map((at) => now - at);
    return around([...sinceDisclosure, ...fixed]).map(({ at, cost }) => {
      return { now, disclosureAt: now - at, cost };
    });
  });
}

/** All instants that the rules can tell apart by themselves; the waves may stand anywhere. */
export function anyMoments(reads: Reads): Moment[] {
  const turns = turnsOf(reads, new Map());
  return nowsOf(turns).map((now) => ({ now, disclosureAt: null, cost: 0 }));
}

/** Writes the moment, and the waves that stand where the pack puts them. */
export function writeMoment(row: Row, { now, disclosureAt }: Moment, waves: Waves): void {
  row[SLOT.now] = now;
  if (disclosureAt === null) return;
  for (const [slot, from] of waves) row[slot] = disclosureAt + from;
}

/** Where comparisons turn. */
type Turns = {
  /** Of `now` with a wave: milliseconds from disclosure. */
  readonly waves: number[];
  /** Of another number with a wave, from disclosure; with `now`, from `now`. */
  readonly fromWaves: number[];
  readonly fromNow: number[];
  /** Of anything with a fixed instant; of a wave, then disclosure is at that instant. */
  readonly fixed: number[];
  readonly wavesAt: number[];
};

function turnsOf({ slots, orders }: Reads, waves: Waves): Turns {
  const read = [...waves].filter(([slot]) => slots.has(slot)).map(([, from]) => from);
  const turns = { waves: read, fromWaves: [], fromNow: [], fixed: [], wavesAt: [] };
  for (const { left, right } of orders) {
    addTurn(turns, left, right, waves);
    addTurn(turns, right, left, waves);
  }
  return turns;
}

/** What it means that `a` and `b` are compared, seen from `a`. */
function addTurn(turns: Turns, a: Linear['left'], b: Linear['left'], waves: Waves): void {
  if (a.slot === null || QUANTITIES.includes(a.slot)) return;
  const distance = b.plus - a.plus;
  const wave = waves.get(a.slot);
  if (b.slot === null) {
    if (wave === undefined) turns.fixed.push(distance);
    else turns.wavesAt.push(distance - wave);
    return;
  }
  if (wave !== undefined) {
    if (b.slot === SLOT.now) turns.waves.push(wave - distance);
    else turns.fromWaves.push(wave - distance);
  } else if (b.slot === SLOT.now) {
    turns.fromNow.push(distance);
  }
}

function nowsOf({ fixed, wavesAt, fromNow }: Turns): number[] {
  const instants = [...fixed, ...wavesAt];
  if (instants.length === 0) return [SOME_DAY];
  return around(instants.flatMap((at) => [0, ...fromNow].map((from) => at - from)))
    .map(({ at }) => at)
    .filter((at) => at >= 0);
}

/** One millisecond before, at and after each, and somewhere between, before and after them all. */
function around(points: readonly number[]): { at: number; cost: number }[] {
  const sorted = [...new Set(points)].sort((a, b) => a - b);
  const found = new Map<number, number>();
  const offer = (at: number, cost: number) => {
    if (cost < (found.get(at) ?? Number.POSITIVE_INFINITY)) found.set(at, cost);
  };
  sorted.forEach((at, i) => {
    offer(at, 0);
    offer(at - 1, 1);
    offer(at + 1, 1);
    offer(Math.floor((at + (sorted[i - 1] ?? at - 2 * DAY_MS)) / 2), 2);
  });
  offer((sorted.at(-1) ?? -DAY_MS) + DAY_MS, 2);
  return [...found].map(([at, cost]) => ({ at, cost }));
}
