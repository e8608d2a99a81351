import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { bitSlots, copyOf, firms, markKey, readingOf } from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import { TocsinError } from '../../domain/errors.ts';
import { slotSecrets } from '../code.ts';
import type { Reading } from '../reading.ts';
import type { TraceResult } from './result.ts';
import { scoreReading, type TraceInput } from './score.ts';

const READERS = 300;
const FIRMS = firms(READERS);
const SLOTS = bitSlots(320, ['prose.word', 'prose.phrase', 'prose.order', 'yara.order']);
const NOISE = { erased: 0.15, wrong: 0.01 };

/** Scores a reading as the first look of a programme with 300 readers. */
function score(fields: Pick<TraceInput, 'reading' | 'key'> & Partial<TraceInput>): TraceResult {
  return scoreReading({ participants: FIRMS, canaries: [], cap: READERS, look: 1, ...fields });
}

/** The copy of one reader drawn at random, leaked with noise. */
function leak(random: Seeded) {
  const key = markKey(random);
  const firm = FIRMS[random.below(FIRMS.length)];
  assert.ok(firm !== undefined);
  const { participant, readers } = firm;
  const reader = readers[random.below(readers.length)] ?? '';
  const shown = copyOf(key, SLOTS, participant, reader);
  return {
    key,
    participant,
    reader,
    shown,
    reading: readingOf(SLOTS, shown, { ...NOISE, random }),
  };
}

test('a cut and retyped copy among 300: its participant and its reader, and nobody else', () => {
  for (let seed = 1; seed <= counts.leaks; seed++) {
    const { key, participant, reader, reading } = leak(seeded(seed));
    const result = score({ key, reading });
    assert.deepEqual(result.identified, [{ participant, readers: [reader] }], `seed ${seed}`);
    assert.ok((result.participants[0]?.corrected ?? 1) <= 1e-6);
    assert.ok((result.readers[0]?.corrected ?? 1) <= 1e-6);
    assert.equal(result.needed, null);
  }
});

test('the report’s numbers add up', () => {
  const { key, reading } = leak(seeded(3));
  const result = score({ key, reading, look: 2 });
  const [best] = result.participants;
  const [stage] = result.stages;
  assert.ok(best !== undefined && stage !== undefined);
  assert.equal(result.tested, READERS);
  assert.equal(result.slotsTotal, 320);
  assert.equal(result.slotsRead, reading.slots.filter(({ value }) => value !== null).length);
  assert.equal(
    result.byFamily.reduce((sum, { read }) => sum + read, 0),
    result.slotsRead,
  );
  assert.equal(best.agreeing + best.disagreeing, stage.slots);
  assert.ok(best.agreeing > 0.9 * stage.slots);
  assert.equal(stage.tested, FIRMS.length);
  const weights = stage.hypotheses.reduce((sum, { weight }) => sum + weight, 0);
  assert.ok(Math.abs(weights - 1) < 1e-12);
  const price = (READERS * 4 * Math.PI ** 2 * 4) / 6;
  assert.ok(Math.abs(best.corrected / (best.p * price) - 1) < 1e-9);
  assert.ok(Math.abs(Math.log10(best.p) - best.log10P) < 1e-9);
});

test('how much an identification hangs on a family, an artifact and half of the slots', () => {
  const { key, reading } = leak(seeded(3));
  const { participants, readers, sensitivity } = score({ key, reading });
  const [ofParticipant, ofReader] = sensitivity;
  assert.ok(ofParticipant && ofReader);
  assert.deepEqual(
    [ofParticipant.participant, ofParticipant.reader, ofReader.reader],
    [participants[0]?.participant, null, readers[0]?.reader],
  );
  for (const { all, withoutFamily, withoutArtifact, half } of sensitivity) {
    assert.ok(withoutFamily && withoutArtifact);
    assert.ok(all.log10P < withoutFamily.log10P && withoutFamily.log10P < 0);
    assert.ok(Math.abs(half.log10P / all.log10P - 0.5) < 0.2);
    // All slots of these readings are of one artifact: without it nothing is left.
    assert.equal(withoutArtifact.p, 1);
  }
  const slots = reading.slots.map((slot) =>
    slot.family === ofParticipant.withoutFamily?.name ? { ...slot, value: null } : slot,
  );
  const without = score({ key, reading: { ...reading, slots } });
  const left = without.sensitivity[0]?.all.log10P ?? 0;
  assert.ok(Math.abs(left - (ofParticipant.withoutFamily?.log10P ?? 1)) < 1e-9);
});

test('the same evidence passes at the first look and not at the hundred-thousandth', () => {
  const random = seeded(12);
  const { key, shown } = leak(random);
  const reading = readingOf(SLOTS.slice(0, 115), shown, { erased: 0, wrong: 0, random });
  const first = score({ key, reading });
  const late = score({ key, reading, look: 100_000 });
  assert.equal(first.identified.length, 1);
  assert.deepEqual(late.identified, []);
  assert.deepEqual([late.participants, late.readers], [[], []]);
  assert.ok((late.needed ?? 0) > 0);
});

test('participant yes, reader undecided: when reader slots are few', () => {
  const { key, participant, reading } = leak(seeded(21));
  const slots = reading.slots.filter(
    ({ key: slot }, i) => slotSecrets(key, slot).scope === 'participant' || i % 5 === 0,
  );
  const result = score({ key, reading: { ...reading, slots } });
  assert.deepEqual(result.identified, [{ participant, readers: [] }]);
  assert.equal(result.participants[0]?.participant, participant);
  assert.deepEqual(result.readers, []);
  assert.ok((result.needed ?? 0) > 0);
});

test('readers of one firm who mix their copies leave the firm as plain as a single leaker', () => {
  const random = seeded(5);
  const key = markKey(random);
  const firm = FIRMS.find(({ readers }) => readers.length === 4);
  assert.ok(firm !== undefined);
  const copies = firm.readers.map((reader) => copyOf(key, SLOTS, firm.participant, reader));
  const mixed = SLOTS.map((_, i) => copies[random.below(copies.length)]?.[i] ?? 0);
  const result = score({ key, reading: readingOf(SLOTS, mixed, { ...NOISE, random }) });
  assert.equal(result.identified[0]?.participant, firm.participant);
  assert.equal(result.identified.length, 1);
});

/** What ten readers write where their copies differ, as they do at the slots of readers alone. */
const WRITTEN: Record<string, (texts: readonly number[], random: Seeded) => number> = {
  'that of one of them': (texts, random) => texts[random.below(texts.length)] ?? 0,
  'that of the public text': () => 0,
  'that which the public text has not': () => 1,
  'that of the most': (texts) => (texts.reduce((sum, text) => sum + text, 0) > 5 ? 1 : 0),
};

for (const [name, write] of Object.entries(WRITTEN)) {
  test(`ten colluding readers write ${name}: their firm’s score is that of one leaker`, () => {
    const ten = Array.from({ length: 10 }, (_, i) => `desk-${i}`);
    const participants = [...FIRMS, { participant: 'firm-of-ten', readers: ten }];
    // Families large enough that what is written at the slots of readers makes them lean.
    const slots = SLOTS.map((slot, i) => ({ ...slot, family: i % 4 === 0 ? 'order' : 'prose' }));
    for (let seed = 1; seed <= counts.leaks / 4; seed++) {
      const random = seeded(seed);
      const key = markKey(random);
      const copies = ten.map((reader) => copyOf(key, slots, 'firm-of-ten', reader));
      const mixed = slots.map((_, i) => {
        const texts = copies.map((copy) => copy[i] ?? 0);
        return new Set(texts).size === 1 ? (texts[0] ?? 0) : write(texts, random);
      });
      const [many, one] = [mixed, copies[0] ?? []].map((shown) => {
        const noise = { ...NOISE, random: seeded(1_000 + seed) };
        return score({ key, reading: readingOf(slots, shown, noise), participants, cap: 310 });
      });
      assert.equal(many?.identified[0]?.participant, 'firm-of-ten', `seed ${seed}`);
      assert.deepEqual(many?.participants, one?.participants, `seed ${seed}`);
    }
  });
}

test('half a copy and half the public text: the mixture is told, and the copy identified', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { key, participant, reader, shown } = leak(seeded(seed));
    const random = seeded(100 + seed);
    const mixed = Uint8Array.from(shown, (text) => (random.below(2) === 0 ? text : 0));
    const result = score({
      key,
      reading: readingOf(SLOTS, mixed, { ...NOISE, random, erased: 0 }),
    });
    assert.equal(result.mixed, true);
    assert.equal(result.knownWord, null);
    const [found, ...others] = result.identified;
    assert.deepEqual([found?.participant, others], [participant, []], `seed ${seed}`);
    assert.ok(found?.readers.every((name) => name === reader));
    assert.match(result.participants[0]?.hypothesis ?? '', / of [2-9]/);
  }
});

test('two firms that mix their copies are both named, neither of them by the other', () => {
  const random = seeded(6);
  const key = markKey(random);
  const pair = [FIRMS[3], FIRMS[40]].map((firm) => firm?.participant ?? '');
  const copies = pair.map((participant) => copyOf(key, SLOTS, participant, 'desk-0'));
  const mixed = SLOTS.map((_, i) => copies[random.below(2)]?.[i] ?? 0);
  const result = score({ key, reading: readingOf(SLOTS, mixed, { ...NOISE, random, erased: 0 }) });
  assert.equal(result.mixed, false);
  assert.deepEqual(result.identified.map(({ participant }) => participant).sort(), pair.toSorted());
});

test('the copy of somebody who is not a recipient, and unrelated reads: nobody', () => {
  const random = seeded(8);
  for (let i = 0; i < 10; i++) {
    const key = markKey(random);
    const foreign = copyOf(key, SLOTS, 'firm-elsewhere', 'desk-0');
    const noise = SLOTS.map(() => random.below(2));
    for (const shown of [foreign, noise]) {
      const result = score({ key, reading: readingOf(SLOTS, shown, { ...NOISE, random }) });
      assert.deepEqual(result.identified, []);
      assert.equal(result.knownWord, null);
    }
  }
});

test('the master is a known word; so is a copy whose whole table was normalised', () => {
  const random = seeded(9);
  for (const wrong of [0, 0.01]) {
    const key = markKey(random);
    const master = readingOf(SLOTS, new Uint8Array(320), { erased: 0.15, wrong, random });
    const result = score({ key, reading: master });
    assert.equal(result.knownWord, 'master');
    assert.deepEqual(result.identified, []);
    assert.equal(result.tested, 0);
    assert.ok(result.untested.includes('all_copies'));
    assert.ok(result.byFamily.every(({ erased }) => erased));
  }
});

test('a normalised family is erased; the rest still identifies', () => {
  const { key, participant, reader, reading } = leak(seeded(31));
  const slots = reading.slots.map((slot) =>
    slot.family === 'prose.word' && slot.value !== null ? { ...slot, value: 0 as const } : slot,
  );
  const result = score({ key, reading: { ...reading, slots } });
  const erased = result.byFamily.filter((family) => family.erased).map(({ family }) => family);
  assert.deepEqual(erased, ['prose.word']);
  assert.equal(result.identified[0]?.participant, participant);
  assert.deepEqual(
    result.readers.map((score) => score.reader),
    [reader],
  );
  assert.ok(result.untested.includes('erased_families'));
});

test('another order of slots and participants, and erased slots left out: same p-values', () => {
  const random = seeded(13);
  const { key, reading } = leak(random);
  const expected = score({ key, reading });
  const shuffled: Reading = { ...reading, slots: shuffle(reading.slots, random) };
  const participants = shuffle(FIRMS, random);
  const removed: Reading = { ...reading, slots: reading.slots.filter((s) => s.value !== null) };
  assert.deepEqual(score({ key, reading: shuffled, participants }), expected);
  const without = score({ key, reading: removed });
  assert.deepEqual(without.participants, expected.participants);
  assert.deepEqual(without.readers, expected.readers);
});

test('another recipient changes what a p-value is multiplied by, never the p-value', () => {
  const { key, reading } = leak(seeded(14));
  const more = [...FIRMS, { participant: 'firm-late', readers: ['desk-0'] }];
  const before = score({ key, reading });
  const after = score({ key, reading, participants: more, cap: 2 * READERS });
  const [a, b] = [before.participants[0], after.participants[0]];
  assert.ok(a !== undefined && b !== undefined);
  assert.equal(b.p, a.p);
  assert.ok(Math.abs(b.corrected / (2 * a.corrected) - 1) < 1e-9);
});

test('nothing read, or too little: nobody, and about how much is missing', () => {
  const { key, shown } = leak(seeded(15));
  const random = seeded(16);
  const nothing = score({ key, reading: readingOf(SLOTS, shown, { ...NOISE, random, erased: 1 }) });
  assert.deepEqual(nothing.identified, []);
  const some = score({ key, reading: readingOf(SLOTS.slice(0, 40), shown, { ...NOISE, random }) });
  assert.deepEqual(some.identified, []);
  assert.ok((nothing.needed ?? 0) > (some.needed ?? 0) && (some.needed ?? 0) > 20);
});

test('a result says nothing of the words of those it does not name', () => {
  const { key, participant, reading, shown } = leak(seeded(17));
  const random = seeded(18);
  // Under another name, everybody but the one who leaked has another word.
  const others = FIRMS.map((firm) =>
    firm.participant === participant ? firm : { ...firm, participant: `other-${firm.participant}` },
  );
  const nobody = FIRMS.map((firm) => ({ ...firm, participant: `other-${firm.participant}` }));
  for (const slots of [1, 2, 40]) {
    const few = readingOf(SLOTS.slice(0, slots), shown, { erased: 0, wrong: 0, random });
    assert.deepEqual(
      score({ key, reading: few }),
      score({ key, reading: few, participants: nobody }),
    );
  }
  const named = score({ key, reading });
  assert.equal(named.identified.length, 1);
  assert.deepEqual(score({ key, reading, participants: others }), named);
});

const REFUSED = [
  { field: 'look', with: { look: 0 } },
  { field: 'cap', with: { cap: READERS - 1 } },
  { field: 'alpha', with: { alpha: 1 } },
  { field: 'markKey', with: { key: new Uint8Array(31) } },
  { field: 'participants[0].readers', with: { participants: [{ participant: 'a', readers: [] }] } },
] as const;

for (const { field, with: wrong } of REFUSED) {
  test(`refused, naming the field: ${field}`, () => {
    const { key, reading } = leak(seeded(1));
    assert.throws(
      () => score({ key, reading, ...wrong }),
      (error) => error instanceof TocsinError && error.field === field,
    );
  });
}

function shuffle<T>(list: readonly T[], random: Seeded): T[] {
  return list
    .map((item) => ({ item, at: random.uint32() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
