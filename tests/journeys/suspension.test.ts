import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failpoint } from '../../src/domain/failpoint.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { recordConsent } from '../support/consent.ts';
import { json, openEdge } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  stand,
  type TestReader,
} from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

/** While set, the next fetch that passes the point waits here. */
let gate: { point: Failpoint; reached: () => void; open: Promise<void> } | null = null;

async function reached(point: Failpoint): Promise<void> {
  if (gate?.point !== point) return;
  const { open, reached: tell } = gate;
  gate = null;
  tell();
  await open;
}

describe('a suspension against a fetch under way', () => {
  let house: House;
  let participant: ParticipantId;
  let reader: TestReader;
  let target: { alert: AlertId; artifact: ArtifactId };

  before(async () => {
    house = await openHouse({ reached });
  });
  after(() => house.tearDown());
  beforeEach(async (context) => {
    participant = await admit(house, `Firm of ${context.name}`, { tier: 'validate' });
    reader = await joinReader(house, participant);
    const small = await smallAlert(house);
    target = small;
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
  });

  const fetch = () => serveCopy(house.context, reader.caller, target, house.clock.now());
  const change = (to: 'suspended' | 'active') => stand(house, participant, to);

  for (const point of ['fetch.decided', 'fetch.marked', 'fetch.sealed'] as const) {
    test(`paused at ${point}: the suspension waits, and nothing is served after it`, async () => {
      let release: () => void = () => undefined;
      const paused = new Promise<void>((resolve) => {
        const open = new Promise<void>((unlock) => {
          release = unlock;
        });
        gate = { point, reached: resolve, open };
      });
      const fetching = fetch();
      await paused;
      let suspended = false;
      const suspending = change('suspended').then(() => {
        suspended = true;
      });
      await sleep(100);
      assert.equal(suspended, false, 'the suspension waits for the fetch under way');
      release();
      assert.ok((await fetching).bytes.length > 0);
      await suspending;
      await assert.rejects(fetch(), { code: 'NOT_FOUND' });
    });
  }

  test('a fetch that comes while the suspension waits is decided after it', async () => {
    let release: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => {
      const open = new Promise<void>((unlock) => {
        release = unlock;
      });
      gate = { point: 'fetch.decided', reached: resolve, open };
    });
    const first = fetch();
    await paused;
    const suspending = change('suspended');
    await sleep(100);
    const second = fetch();
    const refused = assert.rejects(second, { code: 'NOT_FOUND' });
    await sleep(50);
    release();
    await first;
    await suspending;
    await refused;
  });

  test('reinstated, it is served again at once, without waiting for a wave', async () => {
    await change('suspended');
    await assert.rejects(fetch(), { code: 'NOT_FOUND' });
    await change('active');
    assert.ok((await fetch()).bytes.length > 0);
  });

  test('suspended, it has a notice of that, and no more than one who never had any', async () => {
    const edge = openEdge(house);
    const stranger = await joinReader(
      house,
      await admit(house, 'Nothing due yet', { tier: 'entry', standing: 'applicant' }),
    );
    const seen = () => edge.get('/v1/notices', reader.token);
    const before = json<{ items: object[] }>(await seen());
    assert.ok(before.items.length > 0);
    await change('suspended');
    await stand(house, stranger.caller.participant, 'suspended');
    const kinds = async (token: string) =>
      json<{ items: { kind: string }[]; next: string | null }>(
        await edge.get('/v1/notices', token),
      );
    const none = await kinds(stranger.token);
    assert.deepEqual(told(none), ['standing_changed']);
    assert.deepEqual(told(await kinds(reader.token)), ['standing_changed']);
    const first = await edge.get('/v1/notices?limit=1', reader.token);
    assert.equal(json<{ next: string | null }>(first).next, null);
    await change('active');
    const { items } = await kinds(reader.token);
    const waiting = items.filter(({ kind }) => kind !== 'standing_changed');
    assert.deepEqual(waiting, before.items);
  });

  test('suspended before the wave, reinstated after it: decided by that event', async () => {
    await change('suspended');
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    target = small;
    await assert.rejects(fetch(), { code: 'NOT_FOUND' });
    await change('active');
    assert.ok((await fetch()).bytes.length > 0);
  });
});

function told({ items, next }: { items: { kind: string }[]; next: string | null }): string[] {
  assert.equal(next, null);
  return items.map(({ kind }) => kind);
}

describe('consent asked for per alert', () => {
  test('nothing before it; late, it is decided at once; withdrawn, nothing more', async () => {
    const house = await openHouse();
    try {
      const bound = await admit(house, 'Asks', { tier: 'validate', consentMode: 'per_alert' });
      const asking = await joinReader(house, bound);
      const small = await smallAlert(house);
      const { alert } = small;
      const fetchNow = () => serveCopy(house.context, asking.caller, small, house.clock.now());
      const consent = (word: 'invited' | 'signatory' | 'declined') =>
        recordConsent(house, { alert, participant: bound, consent: word }, house.clock.now());
      house.clock.set(small.firstWave);
      await releaseDue(house.context, house.clock.now());
      await assert.rejects(fetchNow(), { code: 'NOT_FOUND' });
      await consent('invited');
      await assert.rejects(fetchNow(), { code: 'NOT_FOUND' });
      await consent('signatory');
      assert.ok((await fetchNow()).bytes.length > 0);
      await consent('declined');
      await assert.rejects(fetchNow(), { code: 'NOT_FOUND' });
    } finally {
      await house.tearDown();
    }
  });
});

describe('eligibility that begins with time', () => {
  test('an agreement that begins between two waves opens what is due', async () => {
    const house = await openHouse();
    try {
      const small = await smallAlert(house);
      const begins = plus(small.firstWave, 2 * DAY_MS);
      const expiresAt = plus(begins, 365 * DAY_MS);
      const participant = await admit(house, 'Late starter', {
        tier: 'validate',
        agreement: { signedAt: begins, expiresAt },
      });
      const reader = await joinReader(house, participant);
      const fetch = () => serveCopy(house.context, reader.caller, small, house.clock.now());
      house.clock.set(small.firstWave);
      await releaseDue(house.context, house.clock.now());
      house.clock.set(plus(begins, -1));
      await releaseDue(house.context, house.clock.now());
      await assert.rejects(fetch(), { code: 'NOT_FOUND' });
      house.clock.set(begins);
      await releaseDue(house.context, house.clock.now());
      assert.ok((await fetch()).bytes.length > 0);
    } finally {
      await house.tearDown();
    }
  });
});
