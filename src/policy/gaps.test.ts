import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyOf } from '../../tests/support/packs.ts';
import { FAR_AHEAD, GOOD, T0 } from '../../tests/support/policy-facts.ts';
import { ARTIFACT_KINDS } from '../domain/artifact.ts';
import { plus } from '../domain/instant.ts';
import { gapsOf } from './gaps.ts';

const MAPP = policyOf('mapp');
const ALL = [...ARTIFACT_KINDS];

test('of whom everything is known there is no gap', () => {
  assert.deepEqual(gapsOf(MAPP, GOOD, T0), []);
});

test('unknown duties cost all before disclosure, and all but the summary after', () => {
  const unknown = { ...GOOD, duty: { status: 'unknown' } } as const;
  const after = ALL.filter((kind) => kind !== 'summary');
  assert.deepEqual(gapsOf(MAPP, unknown, T0), [
    { fact: 'duty', state: 'unknown', before: ALL, after },
  ]);
});

test('what has ended is told from what is unknown, from the instant of its end', () => {
  const { agreement } = GOOD;
  assert.ok(agreement);
  const states = (expiresAt: typeof T0) =>
    gapsOf(MAPP, { ...GOOD, agreement: { ...agreement, expiresAt } }, T0).map(
      ({ fact, state }) => `${fact} ${state}`,
    );
  assert.deepEqual(states(T0), ['agreement ended']);
  assert.deepEqual(states(plus(T0, 2)), []);
  const none = gapsOf(MAPP, { ...GOOD, agreement: null }, T0);
  assert.deepEqual(none, [{ fact: 'agreement', state: 'unknown', before: ALL, after: ALL }]);
});

test('a fact that a grant stands in for is still missing, and costs nothing', () => {
  const transition = { accepts: ['agreement'], from: plus(T0, -1), expiresAt: FAR_AHEAD };
  assert.deepEqual(gapsOf(MAPP, { ...GOOD, agreement: null, transition }, T0), [
    { fact: 'agreement', state: 'unknown', before: [], after: [] },
  ]);
});

test('a criterion that the policy asks for is a fact of its own', () => {
  const policy = policyOf('kubernetes');
  const [criterion = ''] = policy.criteria;
  const member = { ...GOOD, tier: policy.tiers[0] ?? '' };
  const [gap, ...more] = gapsOf(policy, member, T0);
  assert.deepEqual([gap?.fact, more], [`criterion:${criterion}`, []]);
  assert.ok((gap?.before.length ?? 0) > 0);
  const criteria = { [criterion]: FAR_AHEAD };
  const shown = { ...member, profile: { ...member.profile, criteria } };
  assert.deepEqual(gapsOf(policy, shown, T0), []);
});
