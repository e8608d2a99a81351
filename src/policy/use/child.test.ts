import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firm } from '../../../tests/support/membership.ts';
import { RECEIPT, T0, use, useFacts } from '../../../tests/support/use-facts.ts';
import type { AlertId, DeliveryId } from '../../domain/ids.ts';
import { plus } from '../../domain/instant.ts';
import { type Child, childFaults, revokedBelow } from './child.ts';
import { usePermissions } from './grant.ts';

const SECTION = use(`
permissions:
  test: {from: receipt, until: T0}
  announce_existence: {from: receipt, fields: [existence, id]}
terms: {no_marketing: No marketing.}
different_patch: refused
`);
const [tests, announce] = usePermissions(SECTION, useFacts(), RECEIPT);
assert.ok(tests && announce);
const parent = { disclosureAt: T0, grants: [tests, announce] };
const faults = (grant: typeof tests) =>
  childFaults(parent, { disclosureAt: T0, grants: [grant] }).map(({ code }) => code);

test('a derived permission ends no later than its parent’s', () => {
  assert.deepEqual(faults({ ...tests, until: T0 }), []);
  assert.deepEqual(faults({ ...tests, until: plus(T0, -1) }), []);
  assert.deepEqual(faults({ ...tests, until: plus(T0, 1) }), ['BEYOND_PARENT']);
  assert.deepEqual(faults({ ...tests, until: null }), ['BEYOND_PARENT']);
});

test('a derived permission drops no term and lets say no more', () => {
  assert.deepEqual(faults({ ...tests, terms: [] }), ['BEYOND_PARENT']);
  const more = ['no_marketing', 'discussion_confidential'] as const;
  assert.deepEqual(faults({ ...tests, terms: more }), []);
  assert.deepEqual(faults({ ...announce, fields: ['existence'] }), []);
  assert.deepEqual(faults({ ...announce, fields: ['existence', 'T0'] }), ['BEYOND_PARENT']);
});

test('embargoes that are derived from one another in a circle are walked once', () => {
  const child = (alert: string, above: string): Child => ({
    alert: alert as AlertId,
    parent: above as AlertId,
    host: firm('host'),
    copies: [{ delivery: `copy of ${alert}` as DeliveryId, participant: firm('ann') }],
  });
  const children = [child('b', 'a'), child('a', 'b')];
  const removal = { alert: 'a' as AlertId, participant: firm('ann') };
  assert.deepEqual(revokedBelow(removal, children), ['copy of b', 'copy of a']);
});
