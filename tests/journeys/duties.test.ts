import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { readDuties, sealAwareness } from '../../src/programme/alert/alert-duties.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { recordAlertEvent } from '../../src/programme/alert/record-alert-event.ts';
import { encryptFor } from '../../src/programme/keyring.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { insertAwareness } from '../../src/store/duty-store.ts';
import { insertPublications } from '../../src/store/release-store.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, approve, type House, joinReader, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const POC = {
  kind: 'poc',
  variant: 'full',
  format: 'text',
  marking: 'none',
  sidecar: null,
  reducedBy: null,
  sourcePublishedAt: null,
} as const;

const DUTIES = `
duties:
  publish: always
  intake_log: 6mo
  regulators: [cra, rmsv]
`;

describe('what is owed because of an alert', () => {
  let house: House;
  let edge: Edge;
  let small: Awaited<ReturnType<typeof smallAlert>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    await enactSection(house, 'duties', DUTIES);
    await admit(house, 'Firm', { tier: 'validate' });
    small = await smallAlert(house);
  });
  after(() => house.tearDown());

  const seal = (at: Instant, regime: 'cra' | 'nis2' | 'rmsv') =>
    sealAwareness(
      house.context,
      house.author,
      { alert: small.alert, at, regime },
      house.clock.now(),
    );
  const owed = async (now = house.clock.now()): Promise<string[]> =>
    (await readDuties(house.context, small.alert, now)).map(
      ({ code, dueAt, state }) => `${code} ${formatInstant(dueAt)} ${state}`,
    );

  test('an awareness to come, or under a law that the pack does not name', async () => {
    const now = house.clock.now();
    await assert.rejects(seal(plus(now, 1), 'cra'), { code: 'INVALID_INPUT', field: 'at' });
    await assert.rejects(seal(now, 'nis2'), {
      code: 'INVALID_INPUT',
      message: /expected one of the pack's duties\.regulators \(cra, rmsv\)/,
    });
    assert.deepEqual(await owed(), []);
  });

  test('[R66] [R68] a clock that starts at another time, or that a later word moves', async () => {
    const now = house.clock.now();
    const aware = plus(now, -2 * HOUR_MS);
    const due = (hours: number, from = aware) => formatInstant(plus(from, hours * HOUR_MS));
    await seal(aware, 'cra');
    const expected = [`CRA_EARLY_WARNING ${due(24)} open`, `CRA_NOTIFICATION ${due(72)} open`];
    assert.deepEqual(await owed(), expected);
    await seal(now, 'cra');
    assert.deepEqual(await owed(), expected, 'sealed again, later: nothing moves');
    await seal(aware, 'rmsv');
    const atDue = plus(aware, DAY_MS);
    assert.match((await owed(plus(atDue, -1)))[0] ?? '', /^CRA_EARLY_WARNING .* open$/);
    assert.match((await owed(atDue))[0] ?? '', /^CRA_EARLY_WARNING .* overdue$/);
    const earlier = plus(aware, -HOUR_MS);
    await seal(earlier, 'cra');
    assert.deepEqual(await owed(), [
      `CRA_EARLY_WARNING ${due(24, earlier)} open`,
      `RMSV_FILING ${due(48)} open`,
      `CRA_NOTIFICATION ${due(72, earlier)} open`,
    ]);
  });

  test('a final report that waits for no fix, or counts from another time than its', async () => {
    const { context, author, clock } = house;
    const at = clock.now();
    assert.ok(!(await owed()).some((duty) => duty.startsWith('CRA_FINAL_REPORT')));
    await recordAlertEvent(context, author, small.alert, { kind: 'fix_ready', at }, at);
    const due = formatInstant(plus(at, 14 * DAY_MS));
    assert.ok((await owed()).includes(`CRA_FINAL_REPORT ${due} open`));
  });

  test('the time in the clear, in or beside the ledger; a row that changes', async () => {
    const { store } = house.context;
    const { rows } = await store.issuer((tx) =>
      sql<{ body: string; facts: Buffer }>`select e.issuer_body as body, a.facts_enc as facts
        from awareness a join event e on e.id = a.event_id`.execute(tx),
    );
    assert.equal(rows.length, 4);
    for (const { body, facts } of rows) {
      const { data } = JSON.parse(body) as { data: { alert: string; hash: string } };
      assert.deepEqual(Object.keys(data).sort(), ['alert', 'hash']);
      assert.ok(!facts.includes('cra') && !facts.includes('regime'));
    }
    assert.equal(new Set(rows.map(({ body }) => body)).size, 4, 'salted: no two are alike');
    for (const statement of [
      'update awareness set facts_enc = facts_enc',
      'delete from awareness',
    ]) {
      await assert.rejects(
        store.issuer((tx) => sql.raw(statement).execute(tx)),
        /42501/,
      );
    }
  });

  test('what is published, and a list that waits for it', async () => {
    house.clock.set(small.firstWave);
    await house.cycle();
    const t0 = formatInstant(small.disclosureAt);
    assert.ok((await owed()).includes(`PUBLISH ${t0} open`));
    house.clock.set(small.disclosureAt);
    assert.ok((await owed()).includes(`PUBLISH ${t0} overdue`));
    await house.cycle();
    assert.ok((await owed()).includes(`PUBLISH ${t0} done`));
    await assertInvariants(house);
  });

  test('the API tells persons alone, and seals once however often it is asked', async () => {
    const { author, approver } = house.tokens;
    const path = `/v1/alerts/${small.alert}`;
    const body = { at: formatInstant(house.clock.now()), regime: 'rmsv' };
    const options = { token: author, key: 'seal-it-once' };
    const first = await edge.post(`${path}/awareness`, body, options);
    assert.equal(first.status, 200);
    assert.deepEqual((await edge.post(`${path}/awareness`, body, options)).body, first.body);
    const { items } = json<{ items: { code: string; rule: string }[] }>(
      await edge.get(`${path}/duties`, approver),
    );
    assert.ok(items.some(({ rule }) => rule === 'CRA Art. 14(2)(a)'));
  });

  test('an awareness other than the one that the ledger commits to', async () => {
    const { context, programme, clock } = house;
    const act = { programme, actor: SYSTEM, at: clock.now() };
    await context.store.issuer(async (tx) => {
      const keys = await context.keys.alert(tx, small.alert);
      const other = Buffer.from(JSON.stringify({ regime: 'cra', at: clock.now() }));
      const sealed = { alert: small.alert, hash: '0'.repeat(64) };
      await insertAwareness(tx, act, sealed, (id) => encryptFor(keys, `awareness/${id}`, other));
    });
    await assert.rejects(owed(), { code: 'LEDGER_TAMPERED' });
  });
});

test('[R21] of two shared proofs of concept one is published: the duty stays', async (t) => {
  const house = await openHouse();
  t.after(() => house.tearDown());
  const { context, clock, author, programme } = house;
  await enactSection(house, 'duties', 'duties: {publish_poc: 7d}\n');
  const firm = await joinReader(house, await admit(house, 'Shared', { tier: 'validate' }));
  const disclosureAt = plus(clock.now(), 15 * DAY_MS);
  const input = { title: 'Two', disclosureAt, tlp: 'RED', usePermissions: ['read'] } as const;
  const { alert } = await draftAlert(context, author, programme, input, clock.now());
  const pocs: ArtifactId[] = [];
  for (const name of ['one.txt', 'two.txt', 'kept.txt']) {
    const poc = { ...POC, name, content: Buffer.from(`${name}, a stand-in\n`) };
    pocs.push((await addArtifact(context, author, alert, null, poc, clock.now())).artifact);
  }
  await approve(house, alert);
  clock.set(plus(disclosureAt, -14 * DAY_MS));
  await house.cycle();
  for (const artifact of pocs.slice(0, 2)) {
    await serveCopy(context, firm.caller, { alert, artifact }, clock.now());
  }
  const state = async () => {
    const duties = await readDuties(context, alert, plus(disclosureAt, 7 * DAY_MS));
    return duties.find(({ code }) => code === 'PUBLISH_POC')?.state;
  };
  const publish = (artifact: ArtifactId, at: Instant) =>
    context.store.issuer((tx) =>
      insertPublications(tx, { programme, actor: SYSTEM, at }, alert, [
        { id: artifact, version: 1 },
      ]),
    );
  const [one, two, kept] = pocs;
  assert.ok(one && two && kept);
  await publish(one, disclosureAt);
  await publish(kept, disclosureAt);
  assert.equal(await state(), 'overdue');
  await publish(two, plus(disclosureAt, DAY_MS));
  assert.equal(await state(), 'done');
});
