import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayUse, RECEIPT, T0, use, useFacts } from '../../../tests/support/use-facts.ts';
import { DAY_MS, plus } from '../../domain/instant.ts';
import { checkUse, mayShare } from './request.ts';

const SECTION = use(`
permissions:
  test: {from: receipt, until: T0, kinds: [poc, patch]}
  deploy_internal:
    - {from: receipt, if: [all_users_internal]}
    - {from: T0 + 2d, if: [hosted]}
    - {from: T0 + 7d}
  share_peers: {from: T0}
different_patch: refused
`);

test('a refusal names the first instant at which the answer changes by itself', () => {
  const request = {
    permission: 'deploy_internal',
    audience: 'self',
    askedAt: RECEIPT,
    patchDiffers: false,
    answer: null,
  } as const;
  const refusal = (facts = useFacts()) => checkUse(SECTION, facts, request, RECEIPT);
  const early = { outcome: 'refused', reason: 'TOO_EARLY' } as const;
  assert.deepEqual(refusal(), { ...early, changesAt: plus(T0, 7 * DAY_MS) });
  const hosted = useFacts({ holds: ['hosted'] });
  assert.deepEqual(refusal(hosted), { ...early, changesAt: plus(T0, 2 * DAY_MS) });
  const suspended = useFacts({ standing: 'suspended' });
  assert.deepEqual(refusal(suspended), {
    outcome: 'refused',
    reason: 'STANDING',
    changesAt: null,
  });
});

test('the reason is the one that somebody could do something about', () => {
  const asked = { permission: 'test' } as const;
  assert.equal(mayUse(SECTION, useFacts({ kind: 'advisory' }), asked, RECEIPT), 'KIND');
  assert.equal(mayUse(SECTION, useFacts({ receivedAt: null }), asked, RECEIPT), 'NOT_RECEIVED');
  assert.equal(mayUse(SECTION, useFacts(), asked, T0), 'ENDED');
  assert.equal(mayUse(SECTION, useFacts({ receivedAt: T0 }), asked, T0), 'ENDED');
  assert.equal(mayUse(SECTION, useFacts(), { permission: 'read' }, T0), 'NOT_PERMITTED');
  const anyone = { permission: 'test', audience: 'anyone' } as const;
  assert.equal(mayUse(SECTION, useFacts(), anyone, RECEIPT), 'AUDIENCE');
});

test('a different patch is refused where the pack says so, and allowed where it says that', () => {
  const different = { permission: 'test', patchDiffers: true } as const;
  const asked = { ...different, answer: { yes: true, at: RECEIPT } };
  assert.equal(mayUse(SECTION, useFacts(), different, RECEIPT), 'PATCH_DIFFERS');
  assert.equal(mayUse(SECTION, useFacts(), asked, RECEIPT), 'PATCH_DIFFERS');
  const allowed = { ...SECTION, differentPatch: { rule: 'allowed' } } as const;
  assert.equal(mayUse(allowed, useFacts(), different, RECEIPT), 'granted');
});

test('what may not be used at all is refused, not held, however different the patch', () => {
  const asking = { ...SECTION, differentPatch: { rule: 'ask', withinMs: DAY_MS } } as const;
  const different = { permission: 'test', patchDiffers: true } as const;
  assert.equal(mayUse(asking, useFacts(), different, T0), 'ENDED');
  assert.equal(mayUse(asking, useFacts({ standing: 'removed' }), different, RECEIPT), 'STANDING');
});

test('peers wait for the permission to share as well as for their wave', () => {
  const peer = { standing: 'active', security: true, opensAt: RECEIPT, release: 'allow' } as const;
  const sharing = { opensAt: RECEIPT, peer, controlled: true };
  assert.deepEqual(mayShare(SECTION, useFacts(), sharing, plus(T0, -1)), {
    outcome: 'refused',
    reason: 'TOO_EARLY',
    changesAt: T0,
  });
  assert.deepEqual(mayShare(SECTION, useFacts(), sharing, T0), { outcome: 'granted' });
});
