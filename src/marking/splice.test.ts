import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256Hex } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ArtifactId } from '../domain/ids.ts';
import type { CanarySlot, Slot, SlotTable } from './slot-table.ts';
import { compileTable, maxLength, renderCanary, splice } from './splice.ts';

const ARTIFACT = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;
const GUID = '3f2b8c1e-5a77-4c60-9d10-0c4e6a1b2d3f';

function tableOf(master: string, slots: readonly Slot[]): SlotTable {
  return { v: 1, artifact: ARTIFACT, version: 1, master: sha256Hex(Buffer.from(master)), slots };
}

/** A text of `fixed` parts with slots between them, as its author had it. */
function build(fixed: readonly string[], pairs: readonly (readonly [string, string])[]) {
  let master = '';
  const slots = pairs.map(([authored, other], index): Slot => {
    master += fixed[index] ?? '';
    const start = Buffer.byteLength(master);
    master += authored;
    const key = { artifact: ARTIFACT, slot: String(index) };
    const range = { start, end: Buffer.byteLength(master), authored };
    return { kind: 'bit', key, family: 'prose.word', ...range, other };
  });
  master += fixed[pairs.length] ?? '';
  return { master, table: tableOf(master, slots) };
}

function canarySlot(form: 'guid' | 'hex', length: number): CanarySlot {
  const key = { artifact: ARTIFACT, slot: '0' };
  const authored = '0'.repeat(length);
  return { kind: 'canary', key, family: `canary.${form}`, start: 0, end: length, authored, form };
}

function fails(run: () => unknown, message: RegExp): void {
  assert.throws(
    run,
    (error) =>
      error instanceof TocsinError && error.code === 'MARK_FAILED' && message.test(error.message),
  );
}

const none = () => assert.fail('no canary here');

test('every choice of bits gives the text with those choices, within the stated length', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 6 });
  const pair = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), words);
  const cases = fc
    .array(pair, { maxLength: 8 })
    .chain((pairs) =>
      fc.tuple(
        fc.constant(pairs),
        fc.array(words, { minLength: pairs.length + 1, maxLength: pairs.length + 1 }),
        fc.array(fc.constantFrom(0, 1), { minLength: pairs.length, maxLength: pairs.length }),
      ),
    );
  fc.assert(
    fc.property(cases, ([pairs, fixed, bits]) => {
      const { master, table } = build(fixed, pairs);
      const splicer = compileTable(Buffer.from(master), table);
      const expected = fixed.map((text, i) => text + (pairs[i]?.[bits[i] ?? 0] ?? '')).join('');
      const copy = splice(splicer, Uint8Array.from(bits), none);
      assert.equal(copy.toString(), expected);
      assert.ok(copy.length <= maxLength(Buffer.from(master), table));
      const authored = splice(splicer, new Uint8Array(pairs.length), none);
      assert.equal(authored.toString(), master);
    }),
  );
});

test('canaries fill their range and leave the master when given its own value', () => {
  const master = `id ${GUID} end`;
  const slot: CanarySlot = { ...canarySlot('guid', 36), start: 3, end: 39, authored: GUID };
  const splicer = compileTable(Buffer.from(master), tableOf(master, [slot]));
  const own = Buffer.concat([Buffer.from(GUID.replaceAll('-', ''), 'hex'), Buffer.alloc(16)]);
  assert.equal(splice(splicer, new Uint8Array(), () => own).toString(), master);
  const other = splice(splicer, new Uint8Array(), () => Buffer.alloc(32, 0xff)).toString();
  assert.equal(other, 'id ffffffff-ffff-4fff-bfff-ffffffffffff end');
  assert.equal(splicer.maxLength, master.length);
});

test('hex canaries take as many digits as there are, and repeat beyond 64', () => {
  const value = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  assert.equal(renderCanary(canarySlot('hex', 17), value), '00010203040506070');
  const hex = value.toString('hex');
  assert.equal(renderCanary(canarySlot('hex', 70), value), hex + hex.slice(0, 6));
  fails(() => renderCanary(canarySlot('hex', 16), Buffer.alloc(31)), /32 bytes, found 31/);
});

test('a table of another text, out of order or overlapping is refused', () => {
  const { master, table } = build(
    ['a ', ' c ', ''],
    [
      ['b', 'x'],
      ['d', 'y'],
    ],
  );
  const [first, second] = table.slots;
  assert.ok(first && second);
  const bytes = Buffer.from(master);
  const compile = (slots: readonly Slot[]) => compileTable(bytes, { ...table, slots });
  fails(() => compileTable(Buffer.from(`${master}.`), table), /SHA-256/);
  fails(() => compile([second, first]), /range within/);
  fails(() => compile([{ ...first, end: second.end }, second]), /authored|range/);
  fails(() => compile([{ ...first, end: 999 }]), /range within/);
  fails(() => compile([{ ...first, start: first.end }]), /range within/);
  fails(() => compile([{ ...first, authored: 'z' }]), /authored text/);
});

test('a copy that lacks a bit is not made', () => {
  const { master, table } = build(['a ', ''], [['b', 'x']]);
  const splicer = compileTable(Buffer.from(master), table);
  fails(() => splice(splicer, new Uint8Array(), none), /expected 1 bits, found 0/);
  fails(() => splice(splicer, Uint8Array.of(0, 1), none), /expected 1 bits, found 2/);
  fails(() => splice(splicer, Uint8Array.of(2), none), /0 or 1, found 2/);
});
