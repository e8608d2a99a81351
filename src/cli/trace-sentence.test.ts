import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Names } from './names.ts';
import type { Evidence, TraceResult } from './trace-answers.ts';
import { evidenceSentence, oneIn, traceSentence } from './trace-sentence.ts';

const names = new Names();
names.add('p', 'Aldgate Security');
names.add('r', 'Workstation 7');

const score = {
  ...{ p: 1e-20, log10P: -20, hypothesis: 'single copy' },
  ...{ agreeing: 100, disagreeing: 0 },
};

const NOTHING: TraceResult = {
  ...{ alpha: 1e-6, look: 1, cap: 2000, tested: 300 },
  ...{
    slotsTotal: 600,
    slotsRead: 30,
    slotsErased: 0,
    byFamily: [],
    knownWord: null,
    mixed: false,
  },
  stages: [],
  ...{ participants: [], readers: [], identified: [], needed: 40, sensitivity: [] },
  ...{ canaries: [], untested: [] },
};

const FOUND: TraceResult = {
  ...NOTHING,
  participants: [{ participant: 'p', ...score, corrected: 1e-12 }],
  readers: [{ participant: 'p', reader: 'r', ...score, corrected: 2.4e-7 }],
  identified: [{ participant: 'p', readers: ['r'] }],
  needed: null,
};

test('a copy identified: issued to whom, how likely by chance, and no further', () => {
  assert.equal(
    traceSentence(FOUND, names),
    'This text matches the copy issued to “Workstation 7” (r) of “Aldgate Security” (p). ' +
      'For any recipient whose copy was not used, the chance of such a match is below ' +
      '1 in 4,100,000, counting all 2000 recipients. It does not say who passed it on, or why.',
  );
});

test('the chance given is that of the weaker stage', () => {
  const [participant] = FOUND.participants;
  assert.ok(participant);
  const weak = { ...FOUND, participants: [{ ...participant, corrected: 5e-7 }] };
  assert.match(traceSentence(weak, names), /1 in 2,000,000,/);
});

test('a participant whose reader is undecided', () => {
  const undecided = {
    ...FOUND,
    ...{ readers: [], identified: [{ participant: 'p', readers: [] }], needed: 12 },
  };
  const said = traceSentence(undecided, names);
  assert.match(said, /issued to a reader of “Aldgate Security” \(p\)\./);
  assert.match(said, /Which reader’s copy it was is undecided; about 12 more slots would have/);
});

test('nobody: how much is missing, where that is what is missing', () => {
  assert.equal(
    traceSentence(NOTHING, names),
    'No copy identified; about 40 more slots would have to be read.',
  );
  assert.equal(traceSentence({ ...NOTHING, needed: null }, names), 'No copy identified.');
});

test('the text as authored is nobody’s copy', () => {
  const said = traceSentence({ ...NOTHING, knownWord: 'master' }, names);
  assert.match(said, /the text as authored.*No copy identified\.$/);
});

test('a canary is told, as not sufficient alone', () => {
  const canary = { family: 'canary', bits: 64, strings: 9, corrected: 1e-15 };
  const hit = { ...NOTHING, canaries: [{ ...canary, participant: 'p', reader: 'r' }] };
  const said = traceSentence(hit, names);
  assert.match(said, /^No copy identified/);
  assert.match(
    said,
    /“Workstation 7” \(r\) of “Aldgate Security” \(p\) was found in it\. That alone is not suff/,
  );
});

const accumulated = {
  ...{ participant: 'p', corrected: 2e-7, by: 'accumulated', lnE: 24, alerts: [] },
  ...{ sample: null, pooled: null },
};
const TOGETHER: Evidence = {
  ...{ alpha: 1e-6, look: 4, cap: 2000, budgetLeft: 0.2, readings: 5, list: 'aa', alerts: 3 },
  frozen: 0,
  stages: [],
  participants: [accumulated],
  readers: [{ ...accumulated, reader: 'r', corrected: 4e-7 }],
};

test('what only all alerts together name: in which of them is not said', () => {
  assert.equal(
    evidenceSentence(TOGETHER, names),
    'What was read of 3 alerts so far, taken together, matches copies issued to “Workstation 7” ' +
      '(r) of “Aldgate Security” (p). For any recipient none of whose copies was ' +
      'used, the chance of being named so is below 1 in 2,500,000, ' +
      'counting all 2000 recipients and every look. ' +
      'It does not say in which of these alerts, who passed copies on, or why.',
  );
  const undecided = { ...TOGETHER, readers: [] };
  assert.match(
    evidenceSentence(undecided, names),
    /issued to readers of “Aldgate Security” \(p\)\./,
  );
});

test('whom the sample alone identifies is not told a second time', () => {
  const alone = { ...accumulated, sample: { p: 1e-20, log10P: -20 } };
  assert.equal(evidenceSentence({ ...TOGETHER, participants: [alone], readers: [] }, names), '');
  assert.equal(evidenceSentence(null, names), '');
});

test('a label cannot make a sentence name somebody else, nor two be taken for one', () => {
  const told = new Names();
  const harbour = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
  told.add(harbour, 'Harbour');
  told.add('r', 'analyst” (1b4e28ba) of “Aldgate Security”, and the copy issued to “analyst');
  const found = { ...FOUND, identified: [{ participant: harbour, readers: ['r'] }] };
  const [, quoted, rest] =
    /issued to “([^”]*)”(.*)\. For any/.exec(traceSentence(found, told)) ?? [];
  assert.match(quoted ?? '', /^analyst.*analyst$/);
  assert.equal(rest, ' (r) of “Harbour” (7c9e6679…)');
});

test('no word of blame, whatever is found', () => {
  assert.doesNotMatch(evidenceSentence(TOGETHER, names), /accus|guilt|leaker|culprit|suspect/i);
  for (const result of [FOUND, NOTHING, { ...FOUND, knownWord: 'master' }]) {
    assert.doesNotMatch(traceSentence(result, names), /accus|guilt|leaker|culprit|suspect/i);
  }
});

test('one in X is never more than the probability says, and close to it', () => {
  assert.equal(oneIn(1e-6), '1,000,000');
  assert.equal(oneIn(1e-29), '10^29');
  fc.assert(
    fc.property(fc.double({ min: 1e-14, max: 1e-6, noNaN: true }), (p) => {
      const x = Number(oneIn(p).replaceAll(',', ''));
      assert.ok(x <= (1 / p) * (1 + 1e-12) && x >= (1 / p) * 0.9, `${p} ${x}`);
    }),
  );
});
