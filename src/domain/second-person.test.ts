import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkSetting,
  FORMS,
  hoursOf,
  REFUSALS,
  refusalOf,
  SECOND_PERSON_ACTS,
  USUAL,
} from './second-person.ts';

describe('the forms of the second person', () => {
  for (const act of SECOND_PERSON_ACTS) {
    for (const form of FORMS) {
      const refusal = refusalOf(act, form);
      test(`${act}, ${form}: ${refusal === null ? 'within its hours' : 'refused, and why'}`, () => {
        const bounds = hoursOf(act, form);
        if (refusal !== null) {
          const why = new RegExp(REFUSALS[refusal]);
          assert.throws(() => checkSetting(act, { form, hours: null }), why);
          assert.throws(() => checkSetting(act, { form, hours: 24 }), why);
          assert.equal(bounds, null);
          return;
        }
        assert.equal(bounds === null, form === 'two_persons', 'a wait, or nothing to wait for');
        const admitted = bounds === null ? [null] : [bounds.least, bounds.most];
        const refused =
          bounds === null ? [0, 24] : [null, 0, bounds.least - 1, bounds.most + 1, 1.5, Number.NaN];
        for (const hours of admitted) checkSetting(act, { form, hours });
        for (const hours of refused) {
          assert.throws(() => checkSetting(act, { form, hours }), { code: 'INVALID_INPUT' });
        }
      });
    }
    test(`${act}: what is so without a choice is one that could be chosen`, () => {
      checkSetting(act, USUAL[act]);
    });
  }

  test('nobody alone does by default what two persons could do', () => {
    for (const act of SECOND_PERSON_ACTS) {
      if (refusalOf(act, 'two_persons') === null) assert.equal(USUAL[act].form, 'two_persons');
    }
  });
});
