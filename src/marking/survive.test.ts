import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../tests/counts.ts';
import { markKey } from '../../tests/support/leak.ts';
import { namesUnder } from '../../tests/support/named-in.ts';
import { REAL_TEXTS, realText } from '../../tests/support/real-texts.ts';
import { seeded } from '../../tests/support/seeded.ts';
import {
  readCase,
  SURVIVAL_CASES,
  survivingCopy,
  survivorOf,
} from '../../tests/support/survival.ts';
import { addRuns, emptyRuns, runText } from '../../tests/support/survive-text.ts';
import { scoreReading } from './decoder/score.ts';

/**
 * A slice of `bench survive`, and all of it with the full counts: there the bars hold for every
 * text. Of a few keys, one run more or less than the bar allows says nothing.
 */
const totals = new Map(SURVIVAL_CASES.map((name) => [name, emptyRuns()]));

for (const name of REAL_TEXTS) {
  test(`${name}: what copies show is read after each change, and nobody else is named`, () => {
    const runs = runText(name, null, counts.survivals);
    for (const each of ['verbatim', 'reflow', 'nfkc', 'markdown'] as const) {
      const { slots, read, wrong, right } = runs.get(each) ?? emptyRuns();
      assert.deepEqual(
        { read, wrong, right },
        { read: slots, wrong: 0, right: counts.survivals },
        each,
      );
    }
    for (const each of SURVIVAL_CASES) {
      const own = runs.get(each) ?? emptyRuns();
      assert.equal(own.others, 0, `${each}: somebody else is named`);
      totals.set(each, addRuns(totals.get(each) ?? emptyRuns(), own));
    }
    assert.equal(runs.get('public')?.named, 0);
    assert.equal(runs.get('unrelated')?.named, 0);
  });
}

test('retyped, worn, halved and unrelated texts are within the bars', () => {
  const of = (name: (typeof SURVIVAL_CASES)[number]) => totals.get(name) ?? emptyRuns();
  const typed = of('retype1');
  assert.ok(typed.read >= 0.9 * typed.slots, `${typed.read} of ${typed.slots} read`);
  assert.ok(typed.wrong <= 0.005 * typed.read, `${typed.wrong} wrong`);
  const worn = of('loss30-typo1');
  assert.ok(worn.right >= Math.floor(0.99 * worn.runs), `${worn.right} of ${worn.runs} named`);
  const halved = of('half');
  assert.ok(
    halved.right >= Math.floor(0.95 * halved.runs),
    `${halved.right} of ${halved.runs} named`,
  );
  const unrelated = of('unrelated');
  assert.ok(
    unrelated.read <= 0.02 * unrelated.slots,
    `${unrelated.read} of ${unrelated.slots} read`,
  );
});

test('the names of the bench are those of a trace', () => {
  const survivor = survivorOf(realText('tropos'), ['nothing of ours']);
  const participants = Array.from({ length: 300 }, (_, i) => `participant-${1_000 + i}`);
  for (let seed = 1; seed <= 2; seed++) {
    const random = seeded(seed);
    const key = markKey(random);
    const copy = survivingCopy(survivor, key, participants[17 * seed] ?? '', 'desk-0');
    const namesIn = namesUnder(key, participants, readCase(survivor, 'verbatim', copy, random));
    for (const each of ['retype1', 'half', 'public', 'unrelated'] as const) {
      const reading = readCase(survivor, each, copy, random);
      const { identified } = scoreReading({
        reading,
        key,
        participants: participants.map((participant) => ({ participant, readers: ['desk-0'] })),
        canaries: [],
        cap: participants.length,
        look: 1,
      });
      assert.deepEqual(namesIn(reading), identified.map(({ participant }) => participant).sort());
    }
  }
});
