/** The default pack against the table of tests/support/mapp-oracle.ts, over all of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome, ReleaseFacts } from '../../src/domain/decision.ts';
import { resolveSchedule } from '../../src/domain/schedule.ts';
import { changesAt, decideRelease } from '../../src/policy/decide.ts';
import {
  AXIS,
  agrees,
  expectedFor,
  expectedForPublic,
  participants,
  requests,
  SCHEDULE,
} from '../support/mapp-oracle.ts';
import { policyOf } from '../support/packs.ts';

const policy = policyOf('mapp');

test('every participant, artifact, channel and instant is decided as the table says', () => {
  let cases = 0;
  for (const { principal, meaning } of participants()) {
    for (const facts of requests(principal)) {
      const outcomes: Outcome[] = [];
      for (const [now, stage] of AXIS) {
        const expected = expectedFor(facts, meaning, stage);
        const decision = decideRelease(policy, facts, now);
        if (!agrees(decision, expected)) {
          assert.deepEqual({ decision, facts, now }, { decision: expected, facts, now });
        }
        outcomes.push(expected.outcome);
        cases += 1;
      }
      checkChanges(facts, outcomes);
    }
  }
  assert.equal(cases, 6 * 3 * 4 * 11 * 2 * 5 * 10 * 2 * 2 * 12);
});

test('the public gets advisory and summary from disclosure on, and nothing else ever', () => {
  for (const facts of requests({ kind: 'public' })) {
    for (const [now, stage] of AXIS) {
      const expected = expectedForPublic(facts, stage);
      const decision = decideRelease(policy, facts, now);
      assert.ok(agrees(decision, expected), JSON.stringify({ decision, expected, facts, now }));
    }
  }
});

/** From the first instant on, `changesAt` names the next at which the table's outcome differs. */
function checkChanges(facts: ReleaseFacts, outcomes: readonly Outcome[]): void {
  const [first, last] = [AXIS[0]?.[0], AXIS.at(-1)?.[0]];
  const changed = outcomes.findIndex((outcome) => outcome !== outcomes[0]);
  assert.ok(first !== undefined && last !== undefined);
  const found = changesAt(policy, facts, first);
  if (changed >= 0) assert.equal(found, AXIS[changed]?.[0]);
  else assert.ok(found === null || found > last);
}

test('the leads of the pack put the waves where the calendar has them', () => {
  assert.deepEqual(resolveSchedule(SCHEDULE.disclosureAt, policy.leads), SCHEDULE);
});
