import { codeBit, type MarkKey } from '../../src/marking/code.ts';
import { lnPrice } from '../../src/marking/decoder/budget.ts';
import { countedOf } from '../../src/marking/decoder/counted.ts';
import { decode } from '../../src/marking/decoder/decode.ts';
import { ALPHA } from '../../src/marking/decoder/score.ts';
import { authoredBit, openReading } from '../../src/marking/decoder/slots.ts';
import { bitAt, packWords } from '../../src/marking/decoder/words.ts';
import type { Reading } from '../../src/marking/reading.ts';

/** The saddlepoint, by which it is chosen who gets an exact tail, is within this of it, in nats. */
const NEAR = 4;

/**
 * Who is named for a reading: the first stage of a trace at the first look, all its tests, for
 * participants with one reader each. The participants' words are drawn once for a key, and equal
 * readings are scored once; a test compares the names with those of `scoreReading`.
 */
export function namesUnder(
  key: MarkKey,
  participants: readonly string[],
  blank: Reading,
): (reading: Reading) => string[] {
  const columns = openReading(blank, key).filter(({ scope }) => scope === 'participant');
  const rows = participants.length;
  const all = packWords(rows, columns.length, (row, i) => {
    const slot = columns[i];
    return slot === undefined ? 0 : codeBit(key, participants[row] ?? '', slot.key, slot.p);
  });
  const places = new Map(columns.map(({ key: slot }, i) => [`${slot.artifact}/${slot.slot}`, i]));
  const lnLevel = Math.log(ALPHA) - lnPrice({ cap: rows, look: 1 });
  const known = new Map<string, string[]>();
  const score = (reading: Reading): string[] => {
    const { scopes, knownWord } = countedOf(reading, key);
    const { kept: slots, mixed } = scopes.participant;
    if (knownWord !== null || slots.length === 0) return [];
    const own = slots.map(({ key: slot }) => places.get(`${slot.artifact}/${slot.slot}`) ?? -1);
    const words = packWords(rows, slots.length, (row, i) => bitAt(all, row, own[i] ?? 0));
    const given = mixed ? [slots.map(authoredBit)] : [];
    return decode({ words, slots, given }, lnLevel, lnLevel + NEAR)
      .filter(({ lnP }) => lnP <= lnLevel)
      .map(({ row }) => participants[row] ?? '')
      .sort();
  };
  return (reading) => {
    const name = reading.slots.map(({ value }) => value ?? '-').join('');
    const names = known.get(name) ?? score(reading);
    known.set(name, names);
    return names;
  };
}
