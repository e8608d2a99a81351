import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import {
  bitSlots,
  copyOf,
  drawLevel,
  firms,
  markKey,
  readingOf,
} from '../../../tests/support/leak.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import type { AlertId } from '../../domain/ids.ts';
import { BIASES } from '../code.ts';
import { budgetLeft, lnCorrected, lnPrice } from './budget.ts';
import { accumulate, partsOf } from './evidence.ts';
import { countEntries, type Entry } from './fresh.ts';
import { lnFactor, portfolioFor } from './portfolio.ts';
import { type CodeSlot, groupSlots } from './words.ts';

const FIRMS = firms(250).map(({ participant }) => ({ participant, reader: 'desk-0' }));
const SLOTS = bitSlots(225, ['prose.word', 'prose.phrase', 'prose.sentence', 'prose.list-order']);
const PAIR = [FIRMS[4]?.participant ?? '', FIRMS[70]?.participant ?? ''];

/** An alert of which the pair leaked a mixture of their copies, a share of the slots not read. */
function leaked(random: Seeded, erased: number): Entry {
  const key = markKey(random);
  const alert = `alert-${random.below(1e9)}` as AlertId;
  const copies = PAIR.map((participant) => copyOf(key, SLOTS, participant, 'desk-0'));
  const shown = SLOTS.map((_, i) => copies[random.below(2)]?.[i] ?? 0);
  const reading = { ...readingOf(SLOTS, shown, { erased, wrong: 0, random }), alert };
  return { reading, key, holders: FIRMS };
}

/** The same leak, of which the slots from `from` to `to` were read. */
function part(entry: Entry, from: number, to: number): Entry {
  const slots = entry.reading.slots.map((slot, i) =>
    i >= from && i < to ? slot : { ...slot, value: null },
  );
  return { ...entry, reading: { ...entry.reading, slots } };
}

/** The master of that alert, as read off the public text. */
function master(entry: Entry): Entry {
  const slots = entry.reading.slots.map((slot) => ({ ...slot, value: 0 as const }));
  return { ...entry, reading: { ...entry.reading, slots } };
}

function ofAll(entries: readonly Entry[]) {
  const lnLevel = Math.log(1e-6) - lnPrice({ cap: 250, look: 3 });
  return accumulate('participant', countEntries(entries), FIRMS, lnLevel);
}

test('one sample traced a hundred times leaves the evidence where it was', () => {
  const entry = leaked(seeded(1), 0.3);
  const hundred = Array.from({ length: 100 }, () => entry);
  const [first, ...others] = countEntries(hundred);
  assert.ok((first?.slots.length ?? 0) > 100);
  assert.ok(others.every(({ slots }) => slots.length === 0));
  const [once, often] = [ofAll([entry]), ofAll(hundred)];
  for (const [i, { lnE, lnPooled }] of once.entries()) {
    assert.equal(often[i]?.lnE, lnE);
    assert.equal(often[i]?.lnPooled, lnPooled);
  }
});

test('a second sample of an alert adds the slots that the first one did not have', () => {
  const entry = leaked(seeded(2), 0);
  const counted = countEntries([part(entry, 0, 120), part(entry, 60, 225)]);
  assert.deepEqual(
    counted.map(({ slots }) => slots.length),
    [120, 105],
  );
  const seen = counted.flatMap(({ slots }) => slots.map(({ key }) => key.slot));
  assert.equal(new Set(seen).size, seen.length);
});

test('the public text, or a normalised family, traced first takes no slot from a leak', () => {
  const entry = leaked(seeded(12), 0);
  const [, after] = countEntries([master(entry), entry]);
  assert.equal(after?.slots.length, countEntries([entry])[0]?.slots.length);
  // Two families instead of four: large enough at the slots of readers too, seen by themselves.
  const copied = entry.reading.slots.map((slot, i) => {
    return { ...slot, family: i % 2 === 0 ? 'prose.word' : 'prose.phrase' };
  });
  const slots = copied.map((slot) =>
    slot.family === 'prose.word' ? { ...slot, value: 0 as const } : slot,
  );
  const [normalised, copy] = [slots, copied].map((own) => {
    return { ...entry, reading: { ...entry.reading, slots: own } };
  });
  assert.ok(normalised && copy);
  const [most, rest] = countEntries([normalised, copy]);
  assert.ok(most?.slots.every(({ family }) => family !== 'prose.word'));
  assert.ok(rest?.slots.length && rest.slots.every(({ family }) => family === 'prose.word'));
});

test('three alerts: a pair that mixes copies and leaks half of each is named, nobody else', () => {
  const random = seeded(3);
  const budget = { cap: 250, look: 3 };
  for (let run = 0; run < 4; run++) {
    const entries = [leaked(random, 0.5), leaked(random, 0.5), leaked(random, 0.5)];
    const named = (list: readonly Entry[]) =>
      ofAll(list)
        .filter(({ lnE, lnPooled }) => {
          return lnCorrected(budget, { lnCase: null, lnPooled, lnE }) <= Math.log(1e-6);
        })
        .map(({ participant }) => participant);
    assert.deepEqual(named(entries.slice(0, 1)), []);
    assert.deepEqual(named(entries), PAIR);
  }
});

test('the order of alerts changes nothing; who had no copy has factor 1', () => {
  const random = seeded(4);
  const entries = [leaked(random, 0.3), leaked(random, 0.3), leaked(random, 0.3)];
  const [there, back] = [ofAll(entries), ofAll(entries.toReversed())];
  for (const [i, { lnE, lnPooled }] of there.entries()) {
    assert.ok(Math.abs((back[i]?.lnE ?? 0) - lnE) < 1e-9);
    assert.ok(Math.abs((back[i]?.lnPooled ?? 0) - lnPooled) < 1e-9);
  }
  const without = entries.map((entry, i) => ({
    ...entry,
    holders: i === 0 ? FIRMS.slice(1) : FIRMS,
  }));
  const [first, second] = ofAll(without);
  const [rest] = ofAll(entries.slice(1));
  const own = (row: number) =>
    partsOf('participant', countEntries(without), FIRMS[row] ?? { participant: '', reader: '' });
  assert.deepEqual([own(0).length, own(1).length], [2, 3]);
  assert.ok(Math.abs(own(1).reduce((sum, { lnE }) => sum + lnE, 0) - (second?.lnE ?? 0)) < 1e-9);
  assert.ok(Math.abs((first?.lnE ?? 0) - (rest?.lnE ?? 1)) < 1e-9);
  assert.ok(Math.abs((second?.lnE ?? 0) - (there[1]?.lnE ?? 1)) < 1e-9);
});

test('the master, and nothing at all, is no evidence for or against anybody', () => {
  for (const { lnE, lnPooled } of ofAll([master(leaked(seeded(5), 0))])) {
    assert.deepEqual([lnE, lnPooled], [0, 0]);
  }
  assert.ok(ofAll([]).every(({ lnE, lnPooled }) => lnE + lnPooled === 0));
});

test('a factor has mean 1 over all words, whatever was read and whatever is given', () => {
  const random = seeded(7);
  for (const given of [0, 1, 2]) {
    for (let run = 0; run < 8; run++) {
      const slots = drawSlots(8, random);
      const known = Array.from({ length: given }, () => slots.map(() => random.below(2)));
      const { columns, classes } = groupSlots(slots, known);
      const portfolio = portfolioFor(classes);
      let mean = 0;
      for (let word = 0; word < 256; word++) {
        const ones = classes.map(() => 0);
        let chance = 1;
        for (const [i, { p }] of slots.entries()) {
          const bit = (word >> i) & 1;
          chance *= bit === 1 ? p / 65_536 : 1 - p / 65_536;
          const g = columns[i] ?? 0;
          ones[g] = (ones[g] ?? 0) + bit;
        }
        mean += chance * Math.exp(lnFactor(portfolio, ones));
      }
      assert.ok(Math.abs(mean - 1) < 1e-9, `given ${given}: ${mean}`);
    }
  }
});

test('of those who took no part, the evidence ever crosses 1000 in at most 0.1 % of runs', () => {
  const random = seeded(8);
  const words = 1_000;
  let crossed = 0;
  let tenfold = 0;
  const rounds = counts.eProcesses / words;
  for (let round = 0; round < rounds; round++) {
    const portfolios = Array.from({ length: 5 }, () =>
      portfolioFor(groupSlots(drawSlots(40 + random.below(60), random)).classes),
    );
    for (let word = 0; word < words; word++) {
      let lnE = 0;
      let most = 0;
      for (const portfolio of portfolios) {
        lnE += lnFactor(
          portfolio,
          portfolio.classes.map(({ n, p }) => binomial(n, p, random)),
        );
        most = Math.max(most, lnE);
      }
      if (most >= Math.log(1_000)) crossed += 1;
      if (most >= Math.log(10)) tenfold += 1;
    }
  }
  const runs = rounds * words;
  assert.ok(crossed <= 0.001 * runs, `${crossed} of ${runs} at 1000`);
  assert.ok(tenfold > 0 && tenfold <= 0.1 * runs, `${tenfold} of ${runs} at 10`);
});

test('the budget: all looks together spend half of alpha on p-values, evidence half', () => {
  const none = { lnCase: null, lnPooled: null, lnE: null };
  assert.equal(lnCorrected({ cap: 100, look: 1 }, none), 0);
  let spent = 0;
  for (let look = 1; look <= 100_000; look++) {
    // The largest p-value that is named at this look, for alpha = 1.
    spent += 1 / Math.exp(lnCorrected({ cap: 100, look }, { ...none, lnCase: -60 }) + 60);
  }
  assert.ok(Math.abs(100 * spent - 0.25) < 1e-4);
  const e = lnCorrected({ cap: 100, look: 1_000_000 }, { ...none, lnE: Math.log(2e8) });
  assert.ok(Math.abs(e - Math.log(1e-6)) < 1e-9);
  const least = lnCorrected({ cap: 1, look: 1 }, { lnCase: -30, lnPooled: -40, lnE: 10 });
  assert.equal(least, lnCorrected({ cap: 1, look: 1 }, { ...none, lnPooled: -40 }));
  let left = 1;
  for (let look = 1; look < 100; look++) {
    assert.ok(Math.abs(budgetLeft(look) - left) < 1e-8, `left at look ${look}`);
    left -= 6 / (Math.PI * look) ** 2;
  }
  assert.ok(budgetLeft(1e12) > 0 && budgetLeft(1e12) < 1e-11);
});

function drawSlots(m: number, random: Seeded): CodeSlot[] {
  return Array.from({ length: m }, () => ({
    p: BIASES[drawLevel(random)] ?? BIASES[1],
    y: random.below(2) === 0 ? 0 : 1,
  }));
}

function binomial(n: number, p: number, random: Seeded): number {
  let ones = 0;
  for (let i = 0; i < n; i++) if (random.unit() < p) ones += 1;
  return ones;
}
