import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hmacLp, lp } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ArtifactId } from '../domain/ids.ts';
import { canaryValue, codeBit, compileCode, markBits, recipientFor, slotSecrets } from './code.ts';
import type { BitSlot, CanarySlot, SlotKey } from './slot-table.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

function slotKey(artifact: string, slot: string): SlotKey {
  return { artifact: artifact as ArtifactId, slot };
}

function bitSlot(slot: string): BitSlot {
  const texts = { start: 0, end: 1, authored: 'a', other: 'b' };
  return { kind: 'bit', key: slotKey('advisory', slot), family: 'prose.word', ...texts };
}

/** The reference's: what is drawn for the bias → P, what for alpha and its bit, and for bravo. */
const GOLDEN = [
  [30_940, 32_768, 45_871, 0, 49_594, 0],
  [16_749, 13_107, 17_649, 0, 20_315, 0],
  [21_115, 13_107, 42_057, 0, 1_481, 1],
  [46_781, 52_429, 28_068, 1, 16_663, 1],
  [36_428, 32_768, 55_600, 0, 19_654, 1],
  [2_305, 13_107, 12_874, 1, 35_439, 0],
  [28_180, 32_768, 64_274, 0, 42_901, 0],
  [48_532, 52_429, 53_040, 0, 42_952, 1],
] as const;

test('bias and code bits are the golden ones, to the last bit of what they are drawn from', () => {
  assert.equal(
    lp('tocsin/bias/v1', 'advisory', '0').toString('hex'),
    '0000000e746f6373696e2f626961732f76310000000861647669736f72790000000130',
  );
  for (const [slot, [bias, p, alpha, ofAlpha, bravo, ofBravo]] of GOLDEN.entries()) {
    const key = slotKey('advisory', String(slot));
    const drawn = hmacLp(KEY, 'tocsin/bias/v1', 'advisory', String(slot)).readUInt16BE(0);
    assert.deepEqual([drawn, slotSecrets(KEY, key).p], [bias, p]);
    assert.deepEqual(
      ['alpha', 'bravo'].map((recipient) => codeBit(KEY, recipient, key, p)),
      [ofAlpha, ofBravo],
    );
    // A bit is 1 for the first bias above what is drawn.
    for (const [recipient, value] of [
      ['alpha', alpha],
      ['bravo', bravo],
    ] as const) {
      const bits = [value, value + 1].map((bound) => codeBit(KEY, recipient, key, bound));
      assert.deepEqual(bits, [0, 1], `${recipient} at slot ${slot}`);
    }
  }
});

test('the canary value is the golden one', () => {
  const value = canaryValue(KEY, 'alpha', slotKey('poc', '0'));
  assert.equal(value.length, 32);
  assert.equal(value.toString('hex', 0, 8), '9d427d7f2d2789e4');
});

test('two thirds of the slots name the participant, and polarity is a fair coin', () => {
  const slots = Array.from({ length: 6_000 }, (_, i) => slotSecrets(KEY, slotKey('a', `${i}`)));
  const participant = slots.filter(({ scope }) => scope === 'participant').length;
  const flipped = slots.filter(({ polarity }) => polarity === 1).length;
  const middle = slots.filter(({ p }) => p === 32_768).length;
  // Five standard deviations either side; the draws are fixed by the key.
  assert.ok(Math.abs(participant - 4_000) < 183, `${participant}`);
  assert.ok(Math.abs(flipped - 3_000) < 194, `${flipped}`);
  assert.ok(Math.abs(middle - 1_500) < 168, `${middle}`);
});

test('a copy shows code bit xor polarity, drawn for the recipient of the slot’s scope', () => {
  const slots = Array.from({ length: 64 }, (_, i) => bitSlot(`${i}`));
  const shown = markBits(compileCode(KEY, slots), 'firm', 'desk');
  for (const [i, { key }] of slots.entries()) {
    const { p, scope, polarity } = slotSecrets(KEY, key);
    const recipient = scope === 'participant' ? 'firm' : 'firm/desk';
    assert.equal(recipientFor(scope, 'firm', 'desk'), recipient);
    assert.equal(shown[i], codeBit(KEY, recipient, key, p) ^ polarity);
  }
});

test('readers of one participant differ in reader slots only; shared bits change nothing', () => {
  const code = compileCode(
    KEY,
    Array.from({ length: 200 }, (_, i) => bitSlot(`${i}`)),
  );
  const one = markBits(code, 'firm', 'one');
  const two = markBits(code, 'firm', 'two');
  const differing = code.slots.filter((_, i) => one[i] !== two[i]);
  assert.ok(differing.length > 0);
  assert.ok(differing.every(({ secrets }) => secrets.scope === 'reader'));
  assert.deepEqual(markBits(code, 'firm', 'two', one), two);
  assert.notDeepEqual(markBits(code, 'other firm', 'one'), one);
});

test('canary slots carry no bit', () => {
  const canary: CanarySlot = {
    kind: 'canary',
    key: slotKey('advisory', 'c'),
    family: 'canary.hex',
    start: 0,
    end: 32,
    authored: '0'.repeat(32),
    form: 'hex',
  };
  assert.equal(markBits(compileCode(KEY, [canary, bitSlot('0')]), 'firm', 'desk').length, 1);
});

test('a key of another length is refused', () => {
  assert.throws(
    () => compileCode(KEY.subarray(1), []),
    (error) => error instanceof TocsinError && error.field === 'markKey',
  );
});
