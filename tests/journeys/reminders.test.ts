/** Whoever owes something for an alert and is silent is reminded: twice, and never again. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { AlertId, ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { remindDue } from '../../src/programme/release/remind.ts';
import type { CommitFault } from '../../src/store/database.ts';
import { insertReminders } from '../../src/store/reminder-store.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  stand,
  type TestReader,
} from '../support/house.ts';
import { enactSection } from '../support/section.ts';
import { smallAlert } from '../support/small-alert.ts';

const DUTIES = 'duties:\n  status_report: 48h\n';

describe('reminders', () => {
  let house: House;
  let edge: Edge;
  let silent: TestReader;
  let alert: string;
  let given: Instant;
  let fault: CommitFault = () => undefined;

  beforeEach(async () => {
    fault = () => undefined;
    house = await openHouse({ fault: (stage) => fault(stage) });
    edge = openEdge(house);
    silent = await joinReader(house, await admit(house, 'Silent', { tier: 'validate' }));
    await enactSection(house, 'duties', DUTIES);
    const small = await smallAlert(house);
    alert = small.alert;
    given = small.firstWave;
    house.clock.set(given);
    await house.cycle();
  });
  afterEach(() => house.tearDown());

  const kinds = async ({ token }: TestReader) =>
    json<{ items: { kind: string }[] }>(await edge.get('/v1/notices', token))
      .items.map(({ kind }) => kind)
      .filter((kind) => kind.startsWith('obligation_'));
  const at = async (hours: number) => {
    house.clock.set(plus(given, hours * HOUR_MS));
    await house.cycle();
  };
  const events = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{
        n: number;
      }>`select count(*)::int as n from event where type = 'member_reminded'`.execute(tx),
    );
    return rows[0]?.n;
  };

  test('a day before, and once more when it is over; each once, with its event', async () => {
    await at(23);
    assert.deepEqual(await kinds(silent), []);
    await at(24);
    assert.deepEqual(await kinds(silent), ['obligation_due']);
    await at(30);
    assert.deepEqual(await kinds(silent), ['obligation_due']);
    await at(49);
    await at(60);
    assert.deepEqual(await kinds(silent), ['obligation_due', 'obligation_overdue']);
    assert.equal(await events(), 2);
  });

  test('a release that fails holds up no reminder', async () => {
    const torn = await smallAlert(house);
    await house.context.store.issuer((tx) =>
      sql`update alert set head_enc = 'torn' where id = ${torn.alert}`.execute(tx),
    );
    await assert.rejects(at(24), { code: 'SEAL_MALFORMED' });
    assert.deepEqual(await kinds(silent), ['obligation_due']);
  });

  test('who has done it is not reminded, nor who sees no alert any more', async () => {
    const done = await joinReader(house, await admit(house, 'Done', { tier: 'validate' }));
    await at(1);
    const url = `/v1/inbox/${alert}/obligations/status_report/report`;
    const said = await edge.post(url, { says: 'not_affected' }, { by: done });
    assert.equal(said.status, 200, said.body.toString());
    await stand(house, silent.caller.participant, 'suspended');
    await at(24);
    await at(49);
    assert.deepEqual(await kinds(done), []);
    assert.equal(await events(), 0);
  });

  test('what is due at disclosure, or after it, is overdue then and told', async () => {
    await enactSection(house, 'duties', 'duties:\n  status_report: T0\n  post: T0 + 2d\n');
    const { schedule } = await readAlert(house.context, alert as AlertId);
    const after = async (hours: number) => {
      house.clock.set(plus(schedule.disclosureAt, hours * HOUR_MS));
      await house.cycle();
    };
    await after(-1);
    assert.deepEqual(await kinds(silent), ['obligation_due']);
    await after(1);
    assert.deepEqual(await kinds(silent), ['obligation_due', 'obligation_overdue']);
    await after(25);
    await after(49);
    assert.equal(await events(), 4, 'each of the two before and after');
  });

  test('of thousands of members none is too many for one alert', async () => {
    const codes = ['acknowledge', 'status_report', 'protection_report', 'post', 'retest'] as const;
    const members = Array.from({ length: 3_000 }, () => newId<ParticipantId>());
    const reminders = members.flatMap((participant) =>
      codes.map((obligation) => ({ participant, obligation, stage: 'overdue' }) as const),
    );
    const act = { programme: house.programme, actor: SYSTEM, at: given };
    await house.context.store.issuer(async (tx) => {
      await sql`insert into participant (id, name, created_at)
        select id, id::text, ${new Date(given)} from unnest(${members}::uuid[]) as id`.execute(tx);
      await insertReminders(tx, act, alert as AlertId, reminders);
    });
    assert.equal(await events(), reminders.length);
  });

  for (const stage of ['before_commit', 'after_commit'] as const) {
    test(`a process that fails ${stage} reminds nobody twice, and nobody is left out`, async () => {
      const now = plus(given, 24 * HOUR_MS);
      fault = (reached) => {
        if (reached === stage) throw new Error('as if it had died');
      };
      await assert.rejects(remindDue(house.context, now));
      fault = () => undefined;
      assert.equal(await events(), stage === 'before_commit' ? 0 : 1);
      await remindDue(house.context, now);
      house.clock.set(now);
      assert.deepEqual(await kinds(silent), ['obligation_due']);
      assert.equal(await events(), 1);
    });
  }
});
