import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { assessAlert } from '../../src/programme/alert/assess-alert.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { readVitals } from '../../src/programme/ledger/read-vitals.ts';
import { listParticipants } from '../../src/programme/member/read-participant.ts';
import { putInForce } from '../../src/programme/policy/change-policy.ts';
import { compileFiles } from '../../src/programme/policy-shelf.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { lockToChange } from '../../src/store/locks.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, readPack } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';
import { untilOneWaits } from '../support/waiting.ts';

/** Whatever is due to a participant of the tier `ans` before disclosure waits for a person. */
const HOLD = `
@id("hold-ans") @reason("HELD_FOR_REVIEW") @outcome("hold")
forbid (principal is Participant, action, resource is Artifact)
when { principal.tier == Tier::"ans" && context.now < context.disclosureAt };
`;

type Item = { id: string; code: string; participant: string; reader: string | null };

describe('an alert that cannot be released', () => {
  test('holds up neither the waves of others nor the ledger', async () => {
    const house = await openHouse();
    const reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    const alerts = [await smallAlert(house), await smallAlert(house)] as const;
    // The first of two waves at one instant is of the lower id.
    const [broken, sound] = alerts.toSorted((a, b) => (a.alert < b.alert ? -1 : 1));
    assert.ok(broken && sound);
    await house.context.store.issuer((tx) =>
      sql`update alert set head_enc = 'torn' where id = ${broken.alert}`.execute(tx),
    );
    house.clock.set(sound.firstWave);
    await assert.rejects(house.cycle(), { code: 'SEAL_MALFORMED' });
    const { eventsUnplaced } = await readVitals(house.context, house.clock.now());
    assert.equal(eventsUnplaced, 0, 'the ledger has ticked all the same');
    const copy = await serveCopy(house.context, reader.caller, sound, house.clock.now());
    assert.ok(copy.bytes.length > 0);
    await house.tearDown();
  });
});

describe('what a wave holds', () => {
  let house: House;
  let edge: Edge;
  let held: ParticipantId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const { files } = await readPack('mapp');
    const rules = files['rules.cedar'] + HOLD;
    const policy = { pack: 'held', files: { ...files, 'rules.cedar': rules } };
    const act = { programme: house.programme, actor: SYSTEM, at: house.clock.now() };
    const compiled = compileFiles(policy.files);
    await house.context.store.issuer((tx) => putInForce(house.context, tx, act, compiled, policy));
    held = await admit(house, 'Held', { tier: 'ans' });
    await admit(house, 'Free', { tier: 'validate' });
  });
  after(() => house.tearDown());

  const release = () => releaseDue(house.context, house.clock.now());
  const token = () => house.tokens.author;
  const open = async () => {
    const path = `/v1/programmes/${house.programme}/work-items`;
    return json<{ items: (Item & Record<string, unknown>)[] }>(await edge.get(path, token())).items;
  };

  test('is on the work list though nobody could ask for it; asked anew if it recurs', async () => {
    const { context } = house;
    const reader = await joinReader(house, held);
    const { alert, artifact, disclosureAt } = await smallAlert(house);
    house.clock.set(plus(disclosureAt, -5 * DAY_MS - 1));
    await release();
    assert.deepEqual(await open(), [], 'what is not due yet is not held');
    house.clock.set(plus(disclosureAt, -5 * DAY_MS));
    await release();
    const [item, ...others] = await open();
    assert.ok(item);
    assert.deepEqual(others, []);
    const { id, at, ...question } = item;
    assert.deepEqual(question, {
      code: 'HELD_FOR_REVIEW',
      alert,
      artifact,
      participant: held,
      reader: null,
      proposer: null,
      dueAt: null,
      overdue: false,
    });
    // Decided again by an act, and asked for: the same question.
    const consent = { alert, participant: held, consent: 'signatory' } as const;
    await changeConsent(context, house.approver, consent, house.clock.now());
    const fetch = serveCopy(context, reader.caller, { alert, artifact }, house.clock.now());
    await assert.rejects(fetch, { code: 'NOT_FOUND' });
    assert.deepEqual(await open(), [item]);
    await edge.post(`/v1/work-items/${id}/resolution`, undefined, { token: token() });
    assert.deepEqual(await open(), []);
    house.clock.set(plus(disclosureAt, -DAY_MS));
    await release();
    const [again] = await open();
    assert.deepEqual({ ...again, id, at }, item);
    assert.notEqual(again?.id, id);
    const { rows } = await context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*) as n from event where type = 'release_held'`.execute(tx),
    );
    assert.deepEqual(rows, [{ n: 2 }], 'an event for each question');
    await assertInvariants(house);
  });

  test('a batch that waited for the lock decides on what the alert is by then', async () => {
    const { context, programme } = house;
    house.clock.set(plus(house.clock.now(), MINUTE_MS));
    const { alert, firstWave, disclosureAt } = await smallAlert(house);
    // Later waves of the alert before come first, so that only this one waits.
    house.clock.set(plus(firstWave, -1));
    await release();
    house.clock.set(firstWave);
    let releasing: Promise<unknown> = Promise.resolve();
    await context.store.issuer(async (tx) => {
      await lockToChange(tx, programme);
      releasing = release();
      releasing.catch(() => undefined);
      await untilOneWaits(tx);
      // Approved anew for a schedule that opens the tier later, with a wave at the same instant.
      const opensAt = { validate: disclosureAt, ans: disclosureAt, entry: disclosureAt };
      await sql`update alert set opens_at = ${JSON.stringify(opensAt)} where id = ${alert}`.execute(
        tx,
      );
    });
    await releasing;
    const { rows } = await context.store.issuer((tx) =>
      sql`select 1 from release_grant where alert_id = ${alert}`.execute(tx),
    );
    assert.deepEqual(rows, []);
  });

  for (const [title, batch] of [
    ['done', 200],
    ['half done', 1],
  ] as const) {
    test(`a wave, ${title}, that is run again at its own millisecond counts once`, async () => {
      const { context, author } = house;
      house.clock.set(plus(house.clock.now(), 20 * DAY_MS));
      await release();
      const { alert, firstWave } = await smallAlert(house);
      const now = firstWave;
      house.clock.set(now);
      const reached = (point: string) => {
        if (batch === 1 && point === 'release.committed') throw new Error('enough');
      };
      const run = releaseDue({ ...context, reached }, now, batch).catch(() => 0);
      assert.equal((await run) > 0, batch !== 1, 'cut off after one batch, or not');
      const counted = async () => (await readAlert(context, alert)).waves[0];
      const first = await counted();
      const { events: _, ...assessment } = UNASSESSED;
      await assessAlert(context, author, alert, null, { ...assessment, severity: 'high' }, now);
      assert.equal((await counted())?.state, 'running', 'it runs again, and has begun');
      const { approval } = await readAlert(context, alert);
      await assessAlert(context, author, alert, null, { ...assessment, severity: 'low' }, now);
      const kept = await readAlert(context, alert);
      assert.deepEqual(kept.approval, approval, 'what has begun cannot be made a draft again');
      await release();
      const again = await counted();
      const { allowed = 0, reduced = 0, held: holds = 0, denied = 0 } = again?.counts ?? {};
      const { items } = await listParticipants(context, house.programme, null, 100);
      assert.equal(allowed + reduced + holds + denied, items.length, 'one artifact for each');
      assert.equal(again?.counts.granted, 1);
      if (batch !== 1) assert.deepEqual(again, first);
      await assertInvariants(house);
    });
  }
});
