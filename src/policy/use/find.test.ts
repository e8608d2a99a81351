import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECEIPT, T0, use, useFacts } from '../../../tests/support/use-facts.ts';
import { FIND_KINDS, SHIPPED } from '../../domain/find.ts';
import { DAY_MS, plus } from '../../domain/instant.ts';
import { type FoundUse, useOfAll, useOfFind } from './find.ts';

const AFTER = plus(T0, DAY_MS);
const SECTION = use(`
permissions:
  ship_detection: {from: T0, to: own_users}
  distribute_source: {from: T0, to: anyone, if: [hosted], kinds: [mitigation]}
different_patch: refused
`);
const RULE = useFacts({ kind: 'detection_rule' });
const PRODUCT: FoundUse = { kind: 'member_product', own: true, shipped: 'yes', at: AFTER };

function verdict(found: Partial<FoundUse>, facts = RULE, section: typeof SECTION | null = SECTION) {
  const { use: answer, because } = useOfFind(section, facts, { ...PRODUCT, ...found });
  return `${answer} ${because}`;
}

test('a rule in the member’s own product: from the instant on at which it may be shipped', () => {
  assert.equal(verdict({}), 'permitted IN_FORCE');
  assert.equal(verdict({ at: T0 }), 'permitted IN_FORCE');
  assert.equal(verdict({ at: plus(T0, -1) }), 'not_permitted NOT_IN_FORCE');
  const suspended = useFacts({ kind: 'detection_rule', standing: 'suspended' });
  assert.equal(verdict({}, suspended), 'permitted IN_FORCE');
});

test('the permission to ship detection is none to ship an exploit, or an advisory', () => {
  for (const kind of ['poc', 'advisory', 'repro_steps'] as const) {
    assert.equal(verdict({}, useFacts({ kind })), 'not_permitted NOT_IN_FORCE');
  }
});

test('what the alert’s author does not permit, the pack alone does not either', () => {
  const facts = useFacts({ kind: 'detection_rule', permitted: ['read', 'test'] });
  assert.equal(verdict({}, facts), 'not_permitted NOT_IN_FORCE');
});

test('a programme that keeps its text out of products permits no copy of it in one', () => {
  const strict = use(`
permissions: {ship_detection: {from: T0, to: anyone}}
terms: {no_text_in_products: Nothing of ours in products.}
different_patch: refused
`);
  assert.equal(verdict({}, RULE, strict), 'not_permitted NO_TEXT_IN_PRODUCTS');
  const open = verdict({ kind: 'public_site', shipped: 'no' }, RULE, strict);
  assert.equal(open, 'permitted IN_FORCE');
});

test('on a public site: shipped lawfully, perhaps, or not', () => {
  const site = { kind: 'public_site', own: false } as const;
  assert.equal(verdict({ ...site, shipped: 'yes' }), 'permitted IN_FORCE');
  assert.equal(verdict({ ...site, shipped: 'unknown' }), 'unknown PERHAPS_SHIPPED');
  assert.equal(verdict({ ...site, shipped: 'no' }), 'not_permitted NOT_IN_FORCE');
  const before = { ...site, shipped: 'unknown', at: plus(T0, -1) } as const;
  assert.equal(verdict(before), 'not_permitted NOT_IN_FORCE');
});

test('in another member’s product and in a private channel: only where it may be shared', () => {
  const sharing = use(`
permissions: {share_peers: {from: receipt}}
different_patch: refused
`);
  for (const kind of ['member_product', 'private_channel'] as const) {
    const found = { kind, own: false, shipped: 'no' } as const;
    assert.equal(verdict(found), 'not_permitted NOT_IN_FORCE');
    assert.equal(verdict(found, RULE, sharing), 'unknown PERHAPS_SHARED');
  }
});

test('what is not on record makes no answer: condition, silent pack, copy', () => {
  const mitigation = useFacts({ kind: 'mitigation' });
  assert.equal(verdict({}, mitigation), 'unknown NOT_ON_RECORD');
  assert.equal(verdict({}, RULE, null), 'unknown NOT_ON_RECORD');
  const nothing = useFacts({ kind: 'detection_rule', permitted: ['read'] });
  assert.equal(verdict({}, nothing, null), 'not_permitted NOT_IN_FORCE');
  const none = useFacts({ kind: 'detection_rule', receivedAt: null });
  assert.equal(verdict({}, none), 'unknown NO_COPY_YET');
  assert.equal(verdict({ at: plus(RECEIPT, -1) }), 'unknown NO_COPY_YET');
});

test('a place that does not say that anybody gave it away answers nothing', () => {
  for (const kind of ['seized', 'other'] as const) {
    assert.equal(verdict({ kind, shipped: 'no' }), 'unknown PLACE_SAYS_NOTHING');
  }
});

test('every place and answer has a verdict; an alert that permits nothing is never used', () => {
  for (const kind of FIND_KINDS) {
    for (const shipped of SHIPPED) {
      for (const own of [true, false]) {
        const facts = useFacts({ permitted: [] });
        assert.ok(!verdict({ kind, shipped, own }, facts).startsWith('permitted'));
      }
    }
  }
});

test('of several artifacts one not permitted decides, and one unknown keeps it open', () => {
  const [yes, no, open] = (['permitted', 'not_permitted', 'unknown'] as const).map((one) => {
    return { use: one, because: 'IN_FORCE' } as const;
  });
  assert.ok(yes && no && open);
  assert.equal(useOfAll([yes, yes]), 'permitted');
  assert.equal(useOfAll([yes, open]), 'unknown');
  assert.equal(useOfAll([yes, open, no]), 'not_permitted');
  assert.equal(useOfAll([]), 'unknown');
});
