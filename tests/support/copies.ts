import assert from 'node:assert/strict';
import type { SlotTable } from '../../src/marking/slot-table.ts';
import { compileTable, splice } from '../../src/marking/splice.ts';
import { seeded } from './seeded.ts';

const RANDOM = seeded(7);

/** Copies in which one slot alone shows its other text, each slot in turn; and `copiesOf`. */
export function variantsOf(text: string, table: SlotTable): string[] {
  const splicer = compileTable(Buffer.from(text), table);
  const alone = Array.from({ length: splicer.bitSlots }, (_, slot) =>
    Uint8Array.from({ length: splicer.bitSlots }, (_none, i) => (i === slot ? 1 : 0)),
  );
  const copies = alone.map((bits) => splice(splicer, bits, () => assert.fail('no canary')));
  return [...copies.map((copy) => copy.toString()), ...copiesOf(text, table)];
}

/** Copies of a text: all bits flipped, and some at random. Of canaries each says what it shows. */
export function copiesOf(text: string, table: SlotTable, canary?: Uint8Array): string[] {
  const splicer = compileTable(Buffer.from(text), table);
  const bits = (bitAt: () => number) => Uint8Array.from({ length: splicer.bitSlots }, bitAt);
  return [bits(() => 1), ...Array.from({ length: 4 }, () => bits(() => RANDOM.below(2)))].map(
    (choice) => splice(splicer, choice, () => canary ?? assert.fail('no canary')).toString(),
  );
}
