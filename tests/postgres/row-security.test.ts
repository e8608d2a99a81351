import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { changeInvolvement } from '../../src/programme/alert/change-involvement.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import type { Tx } from '../../src/store/database.ts';
import { asOwner } from '../support/as-owner.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  openSite,
  type Site,
  T0,
} from '../support/house.ts';
import { oneRowEach } from '../support/one-row-each.ts';
import { smallAlert } from '../support/small-alert.ts';

const VALIDATE_WAVE = (T0 - 14 * 86_400_000) as Instant;
const NOBODY = '00000000-0000-4000-8000-000000000000' as ParticipantId;

/** Whether a platform is in doubt shuts releases: where it went unseen they would open. */
const DOUBTED = { platform_incident: 1 };

describe('row-level security', () => {
  let site: Site;
  let house: House;
  let insider: ParticipantId;
  let outsider: ParticipantId;

  before(async () => {
    site = await openSite();
    house = await openHouse({ site });
    insider = await admit(house, 'Insider', { tier: 'validate' });
    outsider = await admit(house, 'Outsider', { tier: 'entry' });
    const reader = await joinReader(house, insider);
    const { alert, artifacts } = await draftExample(house);
    await approve(house, alert);
    house.clock.set(VALIDATE_WAVE);
    await house.cycle();
    const artifact = artifacts.get('advisory.md');
    assert.ok(artifact);
    const now = house.clock.now();
    const { delivery } = await serveCopy(house.context, reader.caller, { alert, artifact }, now);
    const disclosed = await smallAlert(house);
    const owner = { participant: insider, reader, alert, artifact, delivery };
    await oneRowEach(house, owner, disclosed);
  });
  after(async () => {
    await house.context.store.close();
    await site.tearDown();
  });

  test('every table has it enabled and forced', async () => {
    const rows = await house.context.store.issuer((tx) => tables(tx));
    assert.ok(rows.length >= 25, `expected the tables of the spine, found ${rows.length}`);
    assert.deepEqual(
      rows.filter((row) => !row.enabled || !row.forced).map((row) => row.name),
      [],
    );
  });

  test('in each table that the login may read there is a row for a wall to keep back', async () => {
    const { store } = house.context;
    const own = await store.participant(insider, (tx) => eachReadable(tx, countOf));
    const open = await store.audience((tx) => eachReadable(tx, countOf));
    assert.ok(own.size >= 28, `expected the tables that it may read, found ${own.size}`);
    for (const [table, n] of own) {
      // Read by the public alone.
      assert.ok(table === 'publication' ? open.get(table) === 1 : n > 0, table);
    }
  });

  test('a policy that lets everything through would be seen, of each table', async () => {
    const { store } = house.context;
    const { rows: policies } = await store.issuer((tx) =>
      sql<{ name: string; table: string; walls: string }>`
        select policyname as name, tablename as table, qual as walls from pg_policies
        where 'tocsin_participant' = any(roles) and cmd = 'SELECT'`.execute(tx),
    );
    const seen = async (table: string) => {
      const count = (tx: Tx) => countOf(rowsOf(table), tx);
      const nobodys = async (tx: Tx) => {
        await sql`select set_config('tocsin.participant', '', true)`.execute(tx);
        return count(tx);
      };
      return [
        await store.participant(outsider, count),
        await store.participant(NOBODY, count),
        await store.participant(NOBODY, nobodys),
        await store.audience(count),
      ];
    };
    for (const { name, table, walls } of policies) {
      const before = await seen(table);
      await asOwner(site, [`alter policy ${name} on ${table} using (true)`]);
      const open = await seen(table);
      await asOwner(site, [`alter policy ${name} on ${table} using (${walls})`]);
      assert.notDeepEqual(open, before, `${name} on ${table}`);
      assert.deepEqual(await seen(table), before);
    }
  });

  test('a foreign participant sees no row of another, in any table', async () => {
    const seen = await visibleRows(house, outsider);
    // Its own enrolment and name, and what every participant of the programme may know.
    assert.deepEqual(seen, {
      checkpoint: 1,
      clock_mark: 1,
      enrolment: 1,
      event: 0,
      participant: 1,
      platform_incident: 1,
      policy_version: 1,
      programme: 1,
      terms: 1,
    });
  });

  test('without a context nothing is seen but that a platform is in doubt', async () => {
    const seen = await house.context.store.participant(insider, async (tx) => {
      await sql`select set_config('tocsin.participant', '', true)`.execute(tx);
      return countAll(tx);
    });
    assert.deepEqual(seen, { event: 0, ...DOUBTED });
  });

  test('a context that names nobody sees that, the clock mark and the log, no more', async () => {
    const seen = await visibleRows(house, NOBODY);
    assert.deepEqual(seen, { checkpoint: 1, clock_mark: 1, event: 0, ...DOUBTED });
  });

  test('the public context sees nothing of an undisclosed alert', async () => {
    const seen = await house.context.store.audience((tx) => countAll(tx));
    const known = { checkpoint: 1, clock_mark: 1, policy_version: 1, programme: 1, ...DOUBTED };
    // Of two alerts, the one that is disclosed.
    const disclosed = { alert: 1, artifact: 1, publication: 1, wrapped_key: 1 };
    assert.deepEqual(seen, { ...known, ...disclosed, event: 0 });
  });

  test('no wall makes a hash table of whole tables to let one row through', async () => {
    const { store } = house.context;
    const plans = await store.participant(insider, (tx) => eachReadable(tx, planOf));
    assert.match(plans.get('alert') ?? '', /SubPlan/);
    for (const [name, plan] of plans) assert.doesNotMatch(plan, /hashed SubPlan/, name);
    // What a function runs is in no plan that can be asked for.
    const { rows } = await store.issuer((tx) =>
      sql<{ body: string }>`select prosrc as body from pg_proc
        where proname = 'tocsin_release_facts'`.execute(tx),
    );
    const questions = rows[0]?.body.split(/exists \(/).slice(1) ?? [];
    assert.equal(questions.length, 3);
    for (const question of questions) assert.match(question, /^[^)]* offset 0\)/);
  });

  test('a row that names an alert before its wave, to who is invited or part of it', async () => {
    const { context, author, clock } = house;
    const asked = await admit(house, 'Asked', { tier: 'validate', consentMode: 'per_alert' });
    const before = await visibleRows(house, asked);
    const { alert } = await smallAlert(house);
    const request = { alert, deadline: plus(clock.now(), HOUR_MS), participant: asked };
    await inviteToEmbargo(context, author, request, clock.now());
    const part = { alert, participant: asked, involvement: 'reporter' } as const;
    await changeInvolvement(context, author, part, clock.now());
    // The invitation without its alert, the notice of it, and its event, told without the alert.
    const told = { embargo_invitation: 1, event: 1, notice: 1 };
    assert.deepEqual(await visibleRows(house, asked), { ...before, ...told });
  });

  test('a pooled connection carries no context into the next transaction', async () => {
    await house.context.store.participant(insider, async () => undefined);
    const left = await house.context.store.audience(async (tx) => {
      const { rows } = await sql<{
        id: string | null;
      }>`select tocsin_participant_id() as id`.execute(tx);
      return rows[0]?.id;
    });
    assert.equal(left, null);
  });

  test('the participant login cannot read the issuer part of its own events', async () => {
    await assert.rejects(
      house.context.store.participant(insider, (tx) =>
        sql`select issuer_body from event`.execute(tx),
      ),
      { code: 'INTERNAL' },
    );
  });

  test('the issuer login cannot rewrite what is in the ledger', async () => {
    for (const statement of [
      'update tick set root = root',
      'delete from event',
      "update event set entry = 'x'",
      'delete from checkpoint',
      'update delivery set at = at',
    ]) {
      await assert.rejects(
        house.context.store.issuer((tx) => sql.raw(statement).execute(tx)),
        /42501/,
        statement,
      );
    }
  });

  test('no login is a superuser or bypasses it', async () => {
    const rows = await house.context.store.issuer(async (tx) => {
      const { rows: found } = await sql<{ super: boolean; bypass: boolean }>`
        select rolsuper as super, rolbypassrls as bypass from pg_roles
        where rolname in ('tocsin_owner', 'tocsin_issuer', 'tocsin_participant')`.execute(tx);
      return found;
    });
    assert.equal(rows.length, 3);
    assert.ok(rows.every((row) => !row.super && !row.bypass));
  });
});

type Table = { name: string; enabled: boolean; forced: boolean };

async function tables(tx: Tx): Promise<Table[]> {
  const { rows } = await sql<Table>`select relname as name, relrowsecurity as enabled,
    relforcerowsecurity as forced from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`.execute(tx);
  return rows;
}

async function visibleRows(house: House, participant: ParticipantId) {
  return house.context.store.participant(participant, (tx) => countAll(tx));
}

/** A column to count by, of tables that the participants' login may read only in part. */
const READABLE: Readonly<Record<string, string>> = {
  agreement: 'id',
  event: 'leaf',
  feedback: 'artifact_id',
  participant: 'id',
  embargo_invitation: 'id',
  leak_report: 'id',
  platform_incident: 'programme_id',
  standing_appeal: 'step_id',
  standing_hearing: 'step_id',
  standing_step: 'id',
};

/**
 * Rows seen in every table this login may select from; tables that show none are left out, save
 * `event`.
 */
async function countAll(tx: Tx): Promise<Record<string, number>> {
  const counts = await eachReadable(tx, countOf);
  return Object.fromEntries([...counts].filter(([name, n]) => n > 0 || name === 'event'));
}

async function countOf(table: RawBuilder<unknown>, tx: Tx): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from (${table}) as t`.execute(tx);
  return rows[0]?.n ?? 0;
}

async function planOf(table: RawBuilder<unknown>, tx: Tx): Promise<string> {
  const { rows } = await sql<Record<string, string>>`explain ${table}`.execute(tx);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

function rowsOf(table: string): RawBuilder<unknown> {
  return sql`select ${sql.raw(READABLE[table] ?? '*')} from ${sql.table(table)}`;
}

/** What comes of the rows of each table that the login may read, by the table's name. */
async function eachReadable<T>(
  tx: Tx,
  work: (table: RawBuilder<unknown>, tx: Tx) => Promise<T>,
): Promise<Map<string, T>> {
  const results = new Map<string, T>();
  for (const { name } of await tables(tx)) {
    const { rows: allowed } = await sql<{ may: boolean }>`
      select has_any_column_privilege(${name}, 'select') as may`.execute(tx);
    if (!allowed[0]?.may) continue;
    results.set(name, await work(rowsOf(name), tx));
  }
  return results;
}
