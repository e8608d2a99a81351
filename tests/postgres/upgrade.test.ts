import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { newId } from '../../src/crypto/random.ts';
import { connect } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { Database } from '../../src/store/schema.ts';
import { BEFORE, openSite, type Site } from '../support/house.ts';

const MIGRATIONS = join(import.meta.dirname, '../../src/store/migrations');
const AT = new Date(BEFORE);
const SUSPENDED = new Date(BEFORE + 1000);

const [programme, alert, second, one, two] = [newId(), newId(), newId(), newId(), newId()];
const [opener, adder, mover, approver] = [newId(), newId(), newId(), newId()];
const [token, reader] = [newId(), newId()];
const [sighting, forgotten] = [newId(), newId()];

/** An event's issuer part as far as the migration reads it. */
function told(kind: 'person' | 'system', person: string | null): string {
  return JSON.stringify({ actor: { kind, id: person }, data: { alert } });
}

/** What an installation of 0001 and 0002 may hold: an alert that several persons made. */
const ROWS = [
  sql`insert into programme values (${programme}, 'P', 'mapp', 10, ${AT})`,
  sql`insert into person select id, id::text, ${AT}
    from unnest(${[opener, adder, mover, approver]}::uuid[]) as id`,
  sql`insert into participant select id, id::text, ${AT} from unnest(${[one, two]}::uuid[]) as id`,
  sql`insert into alert select id, ${programme}, ${opener}, 'approved', ${AT}, '{}', 'AMBER', '{}',
    '', 1, ${AT} from unnest(${[alert, second]}::uuid[]) as id`,
  sql`insert into event (id, at, type, subjects, entry, leaf, issuer_body)
    values (gen_random_uuid(), ${AT}, 'artifact_frozen', '{}', '', '', ${told('person', adder)}),
      (gen_random_uuid(), ${AT}, 'disclosure_moved', '{}', '', '', ${told('person', mover)}),
      (gen_random_uuid(), ${AT}, 'approval_given', '{}', '', '', ${told('person', approver)}),
      (gen_random_uuid(), ${AT}, 'wave_started', '{}', '', '', ${told('system', null)}),
      (gen_random_uuid(), ${AT}, 'consent_changed', '{}', '', '', null)`,
  sql`insert into enrolment
    select ${programme}, id, 'entry', 'active', '{}', null, null, 'standing', 1
    from unnest(${[one, two]}::uuid[]) as id`,
  sql`insert into event (id, at, type, programme_id, subjects, entry, leaf, participant_id)
    select gen_random_uuid(), at, type, ${programme}, '{}', '', '', ${one}
    from (values ('standing_changed', ${AT}::timestamptz), ('standing_changed', ${SUSPENDED}),
      ('granted', ${new Date(BEFORE + 2000)})) as told (type, at)`,
  sql`insert into sighting select id, ${programme}, ${opener}, ${AT}, '', ''
    from unnest(${[sighting, forgotten]}::uuid[]) as id`,
  sql`insert into reading select id, ${alert}, '', '', ${AT}
    from unnest(${[sighting, forgotten]}::uuid[]) as id`,
  sql`insert into event (id, at, type, subjects, entry, leaf, issuer_body)
    values (gen_random_uuid(), ${AT}, 'reading_committed', '{}', '', '',
      ${JSON.stringify({ actor: {}, data: { sighting, alert, read: 0 } })}),
    (gen_random_uuid(), ${AT}, 'reading_committed', '{}', '', '', null)`,
  sql`insert into trace_report select id, n, '', '', ${AT}
    from unnest(${[sighting, forgotten]}::uuid[]) with ordinality as r (id, n)`,
  sql`insert into event (id, at, type, subjects, entry, leaf, issuer_body)
    values (gen_random_uuid(), ${AT}, 'trace_scored', '{}', '', '',
      ${JSON.stringify({ actor: { kind: 'person', id: mover }, data: { sighting } })})`,
  sql`insert into approval values (${alert}, 'plan', ${opener}, ${approver}, ${AT}, null)`,
  sql`insert into release_grant values (${alert}, ${one}, ${AT}, ${AT}, 1, 0),
    (${second}, ${one}, ${AT}, ${AT}, 1, 0), (${alert}, ${two}, ${AT}, ${AT}, 1, 0)`,
  sql`insert into notice (id, participant_id, kind, at)
    select gen_random_uuid(), id, 'something_waits', ${AT}
    from unnest(${[one, one, two]}::uuid[]) as id`,
  sql`insert into work_item
    select gen_random_uuid(), ${programme}, 'HELD_FOR_REVIEW', ${alert}, null, ${one}, reader, ${AT}
    from unnest(${[newId(), newId()]}::uuid[]) as reader`,
  sql`insert into token values (${token}, '', ${opener}, null, '{author}', ${AT}, null)`,
  sql`insert into token values (${newId()}, '\\x01', ${approver}, null, '{operator}', ${AT}, null)`,
  sql`insert into reader (id, participant_id, label, joined_at)
    values (${reader}, ${one}, 'joined first', ${AT}),
      (gen_random_uuid(), ${one}, 'joined second', ${SUSPENDED}),
      (gen_random_uuid(), ${one}, 'never joined', null)`,
  sql`insert into idempotency values (${token}, 'key', 'guessable', 200, '', ${AT})`,
];

describe('an installation of the first migrations', () => {
  let site: Site;
  let owner: Kysely<Database>;
  let issuer: Kysely<Database>;

  before(async () => {
    site = await openSite();
    owner = connect({ url: site.urls.DATABASE_URL }, 1);
    issuer = connect({ url: site.urls.DATABASE_ISSUER_URL }, 1);
    await applyFirst(owner);
    for (const row of ROWS) await row.execute(issuer);
    await migrate({ url: site.urls.DATABASE_URL }, BEFORE);
  });
  after(async () => {
    await owner.destroy();
    await issuer.destroy();
    await site.tearDown();
  });

  const rows = async <T>(query: string) => (await sql.raw<T>(query).execute(issuer)).rows;

  test('everybody the ledger names as having changed an alert is its author', async () => {
    const authors = await rows<{ person_id: string }>(
      `select person_id from alert_author where alert_id = '${alert}'`,
    );
    assert.deepEqual(
      authors.map(({ person_id }) => person_id).sort(),
      [opener, adder, mover].sort(),
    );
  });

  test('each notice has an alert that was granted to its participant, each grant one', async () => {
    const notices = await rows<{ participant_id: string; alert_id: string }>(
      'select participant_id, alert_id from notice',
    );
    const grants = await rows<(typeof notices)[number]>(
      'select participant_id, alert_id from release_grant',
    );
    const pairs = (list: typeof notices) => list.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(pairs(notices), pairs(grants));
  });

  test('a question that two readers asked is left once, and no hash to be guessed', async () => {
    assert.equal((await rows('select 1 from work_item')).length, 1);
    assert.deepEqual(await rows('select request_mac from idempotency'), [{ request_mac: '' }]);
  });

  test('since when a member has its standing is what the ledger last said of it', async () => {
    const since = await rows<{ participant_id: string; standing_since: number | null }>(
      'select participant_id, standing_since from enrolment',
    );
    const of = (id: string) => since.find((each) => each.participant_id === id)?.standing_since;
    assert.deepEqual([of(one), of(two)], [SUSPENDED.getTime(), null]);
  });

  test('a reading has read what its event says, and something where that was erased', async () => {
    const read = await rows('select sighting_id, read from reading');
    const byId = new Map(read.map((one) => Object.values(one as object) as [string, number]));
    assert.deepEqual([byId.get(sighting), byId.get(forgotten)], [0, 1]);
  });

  test('a report was traced by whom its event names, else by who opened the sighting', async () => {
    const traced = await rows('select sighting_id, traced_by from trace_report');
    const byId = new Map(traced.map((one) => Object.values(one as object) as [string, string]));
    assert.deepEqual([byId.get(sighting), byId.get(forgotten)], [mover, opener]);
  });

  test('who was an operator is a manager too, with the token that they have', async () => {
    const roles = ['manager', 'operator'];
    const people = await rows<{ scopes: string[] }>(
      `select scopes from person where id = '${approver}'`,
    );
    const tokens = await rows<{ scopes: string[] }>(
      `select scopes from token where person_id = '${approver}'`,
    );
    for (const [found] of [people, tokens]) assert.deepEqual(found?.scopes.toSorted(), roles);
    const other = await rows(`select scopes from token where id = '${token}'`);
    assert.deepEqual(other, [{ scopes: ['author'] }]);
  });

  test('the first reader to have joined administers its participant, and no other', async () => {
    const found = await rows("select id from reader where role = 'administrator'");
    assert.deepEqual(found, [{ id: reader }]);
  });

  test('row security is forced as before', async () => {
    const open = await rows(`select relname from pg_class where relkind = 'r'
      and relnamespace = 'public'::regnamespace and not relforcerowsecurity`);
    assert.deepEqual(open, []);
  });
});

/** The first two migrations, as the migrator applies them. */
async function applyFirst(owner: Kysely<Database>): Promise<void> {
  await sql`create table schema_migration (version integer primary key, name text not null,
    sha256 text not null, applied_at timestamptz(3) not null)`.execute(owner);
  for (const file of (await readdir(MIGRATIONS)).sort().slice(0, 2)) {
    const text = await readFile(join(MIGRATIONS, file), 'utf8');
    await sql.raw(text).execute(owner);
    await owner
      .insertInto('schema_migration')
      .values({
        version: Number(file.slice(0, 4)),
        name: file.slice(5, -4),
        sha256: sha256Hex(Buffer.from(text)),
        applied_at: AT,
      })
      .execute();
  }
}
