import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECEIPT, T0, use, useFacts } from '../../../tests/support/use-facts.ts';
import { STANDINGS } from '../../domain/enrolment.ts';
import { DAY_MS, plus } from '../../domain/instant.ts';
import { covers, inForce, turnsOnReceipt, usePermissions } from './grant.ts';
import { AUDIENCES } from './section.ts';

const SECTION = use(`
permissions:
  read: {from: receipt}
  test: {from: receipt, until: T0}
  ship_detection: {from: T0, to: own_users}
  distribute_binary:
    - {from: receipt, to: members, kinds: [patch]}
    - {from: T0 + 7d, to: anyone}
  external_ai_processing: {from: receipt, addendum: external_ai}
different_patch: refused
`);

const names = (facts = useFacts(), now = RECEIPT) =>
  usePermissions(SECTION, facts, now).map(
    ({ permission, audience }) => `${permission} ${audience}`,
  );

test('a participant has what both the pack and the alert give, in one order', () => {
  assert.deepEqual(names(), [
    'read self',
    'test self',
    'distribute_binary members',
    'distribute_binary anyone',
    'ship_detection own_users',
  ]);
  const permitted = ['ship_detection', 'share_peers', 'read'] as const;
  assert.deepEqual(names(useFacts({ permitted })), ['read self', 'ship_detection own_users']);
  assert.deepEqual(names(useFacts({ permitted: [] })), []);
});

test('every standing but active has no permission', () => {
  for (const standing of STANDINGS.filter((each) => each !== 'active')) {
    assert.deepEqual(names(useFacts({ standing })), [], standing);
  }
});

test('a clause for kinds is for no other, and one with an addendum for those who signed', () => {
  assert.ok(!names(useFacts({ kind: 'poc' })).includes('distribute_binary members'));
  const signed = useFacts({ addenda: ['external_ai'] });
  assert.ok(names(signed).includes('external_ai_processing self'));
  const other = useFacts({ addenda: ['aggregator'] });
  assert.ok(!names(other).includes('external_ai_processing self'));
});

test('without a copy nothing counts from its receipt; what counts from disclosure stands', () => {
  assert.deepEqual(names(useFacts({ receivedAt: null })), [
    'distribute_binary anyone',
    'ship_detection own_users',
  ]);
});

test('a permission is over at its end, to the millisecond, and leaves the list', () => {
  assert.ok(names(useFacts(), plus(T0, -1)).includes('test self'));
  assert.ok(!names(useFacts(), T0).includes('test self'));
  const grants = usePermissions(SECTION, useFacts(), RECEIPT);
  const tests = (at: typeof T0) => inForce(grants, 'test', 'self', at);
  assert.deepEqual([plus(RECEIPT, -1), RECEIPT, plus(T0, -1), T0].map(tests), [
    false,
    true,
    true,
    false,
  ]);
});

test('a copy first received after a permission’s end never has it', () => {
  const late = useFacts({ receivedAt: T0 });
  assert.ok(!names(late, T0).includes('test self'));
  assert.ok(names(late, T0).includes('read self'));
});

test('of several ways to a permission the one in force counts, for its audience', () => {
  const grants = usePermissions(SECTION, useFacts(), RECEIPT);
  const opensToAll = plus(T0, 7 * DAY_MS);
  const ships = (audience: 'members' | 'clients', at: typeof T0) =>
    inForce(grants, 'distribute_binary', audience, at);
  assert.ok(ships('members', RECEIPT));
  assert.ok(!ships('clients', plus(opensToAll, -1)));
  assert.ok(ships('clients', opensToAll));
});

test('an audience takes in itself and the participant; only anyone takes in all', () => {
  for (const audience of AUDIENCES) {
    assert.ok(covers(audience, audience) && covers(audience, 'self'), audience);
    assert.ok(covers('anyone', audience), audience);
    assert.equal(covers(audience, 'anyone'), audience === 'anyone');
  }
  assert.ok(covers('members', 'peers') && !covers('peers', 'members'));
  assert.ok(!covers('members', 'clients') && !covers('clients', 'own_users'));
});

test('only what begins or ends a while after receipt makes a copy turn on the first one', () => {
  const turns = (permissions: string) =>
    turnsOnReceipt(use(`permissions:\n${permissions}\ndifferent_patch: refused\n`));
  assert.ok(!turnsOnReceipt(SECTION));
  assert.ok(!turns('  read: {from: receipt}\n  test: {from: T0 + 7d}'));
  assert.ok(turns('  read: {from: receipt}\n  test: {from: receipt + 1d}'));
  assert.ok(turns('  read: {from: receipt}\n  test: {from: receipt + 3 months}'));
  assert.ok(turns('  read: {from: receipt, until: receipt + 7d}'));
});
