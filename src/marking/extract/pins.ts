import { GRAM, type Grams, gramAt, type Place } from './grams.ts';

/**
 * A word of the sample (`at`) that belongs to an item of the lattice. `fast`: it is that word of
 * the master; otherwise it is one of the words of a slot, and says where the sample runs, not more.
 */
export type Pin = {
  readonly item: number;
  readonly at: number;
  readonly fast: boolean;
  /** Whether a run of words around it occurs nowhere else in the lattice. */
  readonly unique: boolean;
};

/**
 * The pins of the words from `start` to before `end`, for each lattice that is wanted, in the order
 * of the sample.
 */
export function pinsOf(
  wanted: readonly boolean[],
  { prefixes, occurrences }: Grams,
  sample: Int32Array,
  start: number,
  end: number,
): Pin[][] {
  const pins = wanted.map((): Pin[] => []);
  // What is pinned already at the words that a gram reaches, by word, lattice and item.
  const recent = Array.from({ length: GRAM }, () => pins.map(() => new Map<number, number>()));
  for (let from = start; from + GRAM <= end; from++) {
    for (const own of recent[(from + GRAM - 1) % GRAM] ?? []) if (own.size > 0) own.clear();
    for (const { lattice, places, unique } of occurrences[gramAt(prefixes, sample, from, false)] ??
      []) {
      if (wanted[lattice] !== true) continue;
      for (let offset = 0; offset < GRAM; offset++) {
        const pin = pinOf(places[offset] ?? 0, from + offset, unique);
        const known = recent[pin.at % GRAM]?.[lattice];
        const all = pins[lattice];
        if (known === undefined || all === undefined) continue;
        const earlier = known.get(pin.item);
        if (earlier === undefined) known.set(pin.item, all.push(pin) - 1);
        else if (unique) all[earlier] = pin;
      }
    }
  }
  for (const own of pins) own.sort((a, b) => a.at - b.at || a.item - b.item);
  return pins;
}

function pinOf(place: Place, at: number, unique: boolean): Pin {
  return place < 0
    ? { item: ~place, at, fast: false, unique }
    : { item: place, at, fast: true, unique };
}
