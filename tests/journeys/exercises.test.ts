/**
 * Alerts to practise on: a drill goes to participants and says so, a rehearsal to nobody at all.
 * Neither becomes public.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open } from '../../src/crypto/age/open.ts';
import type { AlertMode } from '../../src/domain/alert.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { publishNow } from '../../src/programme/alert/publish-now.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  approve,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

describe('an alert to practise on', () => {
  let house: House;
  let edge: Edge;
  let reader: TestReader;
  const alerts = new Map<AlertMode, AlertId>();

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    for (const mode of ['live', 'drill', 'rehearsal'] as const) alerts.set(mode, await draft(mode));
    house.clock.set(plus(T0, -14 * DAY_MS));
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());

  async function draft(mode: AlertMode): Promise<AlertId> {
    const { context, author, programme, clock } = house;
    const head = { title: mode, disclosureAt: T0, tlp: 'AMBER', usePermissions: ['read'] } as const;
    const { alert } = await draftAlert(context, author, programme, { ...head, mode }, clock.now());
    await addArtifact(
      context,
      author,
      alert,
      null,
      {
        kind: 'advisory',
        variant: 'full',
        format: 'text',
        marking: 'none',
        name: 'advisory.txt',
        content: Buffer.from('An advisory.\n'),
        sidecar: null,
        reducedBy: null,
        sourcePublishedAt: null,
      },
      clock.now(),
    );
    await approve(house, alert);
    return alert;
  }

  const idOf = (mode: AlertMode): AlertId => {
    const alert = alerts.get(mode);
    assert.ok(alert);
    return alert;
  };
  const view = (mode: AlertMode) => readAlert(house.context, idOf(mode));
  const fetch = async (mode: AlertMode) => {
    const artifact = (await view(mode)).artifacts[0]?.id;
    assert.ok(artifact);
    return serveCopy(
      house.context,
      reader.caller,
      { alert: idOf(mode), artifact },
      house.clock.now(),
    );
  };

  test('a drill is released, and its inbox and every copy of it say that it is one', async () => {
    const inbox = json<{ items: { id: string; drill: boolean }[] }>(
      await edge.get('/v1/inbox', reader.token),
    );
    const drills = new Map(inbox.items.map(({ id, drill }) => [id, drill]));
    assert.equal(drills.get(idOf('live')), false);
    assert.equal(drills.get(idOf('drill')), true);
    for (const mode of ['live', 'drill'] as const) {
      const { manifest } = unpackCopy(open([reader.identity], (await fetch(mode)).bytes));
      assert.equal(manifest.drill, mode === 'drill');
      assert.equal((await view(mode)).mode, mode);
    }
  });

  test('a rehearsal is decided like the others, and no participant can tell of it', async () => {
    const [wave] = (await view('rehearsal')).waves;
    assert.deepEqual([wave?.counts.allowed, wave?.counts.granted], [1, 0]);
    await assert.rejects(fetch('rehearsal'), { code: 'NOT_FOUND' });
    const inbox = json<{ items: { id: string }[] }>(await edge.get('/v1/inbox', reader.token));
    assert.ok(!inbox.items.some(({ id }) => id === idOf('rehearsal')));
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ told: number }>`select count(*) as told from notice
        where alert_id = ${idOf('rehearsal')}`.execute(tx),
    );
    assert.equal(rows[0]?.told, 0);
    const request = { alert: idOf('rehearsal'), deadline: null, participant: null };
    await assert.rejects(inviteToEmbargo(house.context, house.author, request, house.clock.now()), {
      code: 'CONFLICT',
    });
  });

  test('break-glass on both: the public gets the real alert alone', async () => {
    for (const mode of ['drill', 'rehearsal'] as const) {
      await publishNow(house.context, house.approver, idOf(mode), 'exploited', house.clock.now());
    }
    await releaseDue(house.context, house.clock.now());
    house.clock.set(T0);
    await releaseDue(house.context, house.clock.now());
    const answer = json<{ items: { id: string }[] }>(await edge.get('/v1/public/alerts'));
    assert.deepEqual(
      answer.items.map(({ id }) => id),
      [idOf('live')],
    );
    for (const mode of ['drill', 'rehearsal'] as const) {
      assert.equal((await view(mode)).state, 'closed');
    }
    await assert.rejects(fetch('rehearsal'), { code: 'NOT_FOUND' });
    await assertInvariants(house);
  });

  test('the ledger tells an exercise from an alert in earnest', async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ alert: string }>`select unnest(subjects) as alert from event
        where type = 'exercise_opened'`.execute(tx),
    );
    assert.deepEqual(
      rows.map(({ alert }) => alert).sort(),
      [idOf('drill'), idOf('rehearsal')].sort(),
    );
  });
});
