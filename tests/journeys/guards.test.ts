import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { lp, sha256Hex } from '../../src/crypto/hash.ts';
import { newId } from '../../src/crypto/random.ts';
import type { Format, Marking, Variant } from '../../src/domain/artifact.ts';
import type { ArtifactId } from '../../src/domain/ids.ts';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  parseInstant,
  plus,
} from '../../src/domain/instant.ts';
import { addArtifact, draftAlert, moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import type { ArtifactInput } from '../../src/programme/alert/new-artifact.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { encryptFor } from '../../src/programme/keyring.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { requestKey } from '../../src/programme/member/request-key.ts';
import { readInbox } from '../../src/programme/release/read-inbox.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { openRenderShelf, rowOf } from '../../src/programme/render-shelf.ts';
import { openSighting } from '../../src/programme/trace/trace-leak.ts';
import { contentOf } from '../../src/store/alert-reader.ts';
import type { Tx } from '../../src/store/database.ts';
import { runCycle } from '../../src/worker/worker.ts';
import { openEdge } from '../support/edge.ts';
import {
  admit,
  approve,
  enrolment,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  restate,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

async function rowsOf<T>(house: House, query: string): Promise<T[]> {
  return house.context.store.issuer(async (tx) => (await sql.raw<T>(query).execute(tx)).rows);
}

describe('guards along the way', () => {
  let house: House;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
  });
  after(() => house.tearDown());

  test('a copy that cannot be rendered is held, and the issuer is asked', async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    const { context } = house;
    // A slot table of another text, properly encrypted: what a fault of ours would look like.
    await context.store.issuer(async (tx) => {
      const keys = await context.keys.alert(tx, small.alert);
      const table = {
        v: 1,
        artifact: small.artifact,
        version: 1,
        master: '0'.repeat(64),
        slots: [],
      };
      const aad = rowOf(small.artifact, 'slots');
      const slots = encryptFor(keys, aad, Buffer.from(canonicalJson(table)));
      await tx
        .updateTable('artifact')
        .set({ slots_enc: slots })
        .where('id', '=', small.artifact)
        .execute();
    });
    const fresh = { ...context, renders: openRenderShelf() };
    for (let n = 0; n < 2; n++) {
      await assert.rejects(serveCopy(fresh, reader.caller, small, house.clock.now()), {
        code: 'NOT_AVAILABLE',
      });
    }
    const [item] = await rowsOf<{ n: number; held: number; copies: number }>(
      house,
      `select (select count(*) from work_item
          where code = 'MARK_FAILED' and resolved_at is null) as n,
        (select count(*) from event where type = 'delivery_held') as held,
        (select count(*) from delivery where alert_id = '${small.alert}') as copies`,
    );
    assert.deepEqual(item, { n: 1, held: 1, copies: 0 });
  });

  test('nothing but a general description stands in for a withheld artifact', async () => {
    const { context, author, programme, clock } = house;
    const now = clock.now();
    const head = { title: 'Links', tlp: 'AMBER', usePermissions: [] } as const;
    const input = { ...head, disclosureAt: plus(now, DAY_MS) };
    const { alert } = await draftAlert(context, author, programme, input, now);
    const add = (
      change: Partial<ArtifactInput> & Pick<ArtifactInput, 'kind' | 'variant' | 'name'>,
    ) => addArtifact(context, author, alert, null, { ...PLAIN, ...change }, now);
    const variants = {
      proof: await add({ kind: 'poc', variant: 'reduced', name: 'reduced.py' }),
      whole: await add({ kind: 'summary', variant: 'full', name: 'whole.txt' }),
      general: await add({ kind: 'summary', variant: 'reduced', name: 'general.txt' }),
    };
    const link = (by: ArtifactId, variant: Variant = 'full') =>
      add({ kind: 'poc', variant, name: 'poc.py', reducedBy: by });
    const refused = { code: 'INVALID_INPUT', field: 'reducedBy' };
    await assert.rejects(link(variants.proof.artifact), refused);
    await assert.rejects(link(variants.whole.artifact), refused);
    await assert.rejects(link(newId<ArtifactId>()), refused);
    // No chain: what stands in is not itself stood in for.
    await assert.rejects(link(variants.general.artifact, 'reduced'), refused);
    await link(variants.general.artifact);
  });

  test('a moved T0 voids the approval; once a wave has begun it does not move', async () => {
    const { context, author, clock } = house;
    const { alert, disclosureAt } = await smallAlert(house);
    const { version } = await readAlert(context, alert);
    const later = plus(disclosureAt, 3 * DAY_MS);
    await assert.rejects(moveDisclosure(context, author, alert, version - 1, later, clock.now()), {
      code: 'VERSION_MISMATCH',
    });
    await moveDisclosure(context, author, alert, version, later, clock.now());
    const moved = await readAlert(context, alert);
    assert.deepEqual([moved.state, moved.approval, moved.waves], ['draft', null, []]);
    const events = await rowsOf<{ type: string }>(
      house,
      `select type from event where '${alert}'::uuid = any(subjects)
        and type in ('disclosure_moved', 'approval_voided') order by type`,
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ['approval_voided', 'disclosure_moved'],
    );
    await approve(house, alert);
    clock.set(plus(later, -14 * DAY_MS));
    await releaseDue(context, clock.now());
    const begun = await readAlert(context, alert);
    await assert.rejects(
      moveDisclosure(context, author, alert, begun.version, plus(later, DAY_MS), clock.now()),
      { code: 'CONFLICT' },
    );
  });

  test('who gets more when decided again within a wave gets a grant and a notice', async () => {
    const { context, clock } = house;
    const bound = await admit(house, 'Bound', { tier: 'validate', duty: REPORTS_TO_GOVERNMENT });
    const { alert, disclosureAt } = await smallAlert(house);
    clock.set(disclosureAt);
    await releaseDue(context, clock.now());
    const grants = () =>
      rowsOf<{ n: number }>(
        house,
        `select count(*) as n from release_grant where alert_id = '${alert}'
          and participant_id = '${bound}'`,
      );
    // The alert has no summary, so a holder of the duty gets nothing of it.
    assert.deepEqual(await grants(), [{ n: 0 }]);
    clock.set(plus(disclosureAt, HOUR_MS));
    const free = enrolment({ tier: 'validate' });
    await restate(house, bound, free);
    assert.deepEqual(await grants(), [{ n: 1 }]);
    const late = await admit(house, 'Late', { tier: 'entry' });
    const lateReader = await joinReader(house, late);
    const inbox = await rowsOf<{ n: number }>(
      house,
      `select count(*) as n from notice where participant_id = '${late}'`,
    );
    assert.ok((inbox[0]?.n ?? 0) > 0, 'admitted after the wave, told at once');
    assert.equal(lateReader.caller.participant, late);
    await assertInvariants(house);
  });

  test('marks are committed at approval, a word before its reader’s first delivery', async () => {
    const { context, clock } = house;
    const small = await smallAlert(house);
    clock.set(small.firstWave);
    await releaseDue(context, clock.now());
    await serveCopy(context, reader.caller, small, clock.now());
    await serveCopy(context, reader.caller, small, clock.now());
    const events = await rowsOf<{ type: string; key: string | null }>(
      house,
      `select type, issuer_body::json -> 'data' ->> 'key' as key from event
        where '${small.alert}'::uuid = any(subjects)
        and type in ('marks_committed', 'word_committed', 'delivered', 'granted') order by serial`,
    );
    const types = events.map(({ type }) => type).filter((type) => type !== 'granted');
    assert.deepEqual(types, ['marks_committed', 'word_committed', 'delivered', 'delivered']);
    const mark = await context.store.issuer(
      async (tx) => (await context.keys.alert(tx, small.alert)).mark,
    );
    assert.equal(events[0]?.key, sha256Hex(lp('tocsin/mark-key/v1', small.alert), mark));
  });

  test('no title, text, name or sample lies in the database in clear', async () => {
    const { context, author, programme, clock } = house;
    const sample = 'a sample that turned up, found on a site, in the open';
    await openSighting(context, author, programme, Buffer.from(sample), clock.now());
    const secrets = ['Apply the update', 'in order to be safe', 'advisory.txt', sample, 'nonsuch'];
    const found = await context.store.issuer((tx) => search(tx, secrets));
    assert.deepEqual(found, []);
    // The search itself must be able to find something.
    assert.notDeepEqual(await context.store.issuer((tx) => search(tx, ['Test programme'])), []);
  });

  test('what an author sends is marked in a thread, unless it is not to be marked', async () => {
    const { context, author, clock } = house;
    const { alert } = await smallAlert(house);
    let threads = 0;
    const count = () => (threads += 1);
    const add = (format: Format, marking: Marking, content: Buffer) => {
      const fixed = { variant: 'full', sidecar: null, reducedBy: null } as const;
      const input = { ...fixed, format, marking, name: 'x', content, sourcePublishedAt: null };
      const artifact = { kind: 'detection_rule', ...input } as const;
      return addArtifact(context, author, alert, null, artifact, clock.now());
    };
    process.on('worker', count);
    const rule = 'rule r {\n strings:\n $a = "one"\n $b = "two"\n condition:\n any of them\n}\n';
    assert.ok((await add('yara', 'full', Buffer.from(rule))).slots > 0);
    assert.equal((await add('yara', 'none', Buffer.from(rule))).slots, 0);
    const refused = { code: 'INVALID_INPUT', field: 'content' };
    await assert.rejects(add('yara', 'full', Buffer.from([0xff, 0xfe])), refused);
    process.off('worker', count);
    assert.equal(threads, 2);
  });

  test('to tell the name of an artifact, nobody opens its content', async () => {
    const { context, clock } = house;
    const small = await smallAlert(house);
    for (const instant of [small.firstWave, small.disclosureAt]) {
      clock.set(instant);
      await releaseDue(context, clock.now());
    }
    const lost = { content_enc: Buffer.alloc(1), slots_enc: Buffer.alloc(1) };
    await context.store.issuer((tx) =>
      tx.updateTable('artifact').set(lost).where('id', '=', small.artifact).execute(),
    );
    const fresh = { ...context, renders: openRenderShelf() };
    const own = await readInbox(fresh, reader.caller, null, 50, clock.now());
    const { items } = await readPublicAlerts(fresh, null, 50, clock.now());
    const told = [
      (await readAlert(fresh, small.alert)).artifacts,
      own.items.find(({ id }) => id === small.alert)?.artifacts,
      items.find(({ id }) => id === small.alert)?.documents,
    ];
    for (const artifacts of told) assert.equal(artifacts?.[0]?.name, 'advisory.txt');
  });

  test('what a short request said cannot be tried out against the database', async () => {
    const edge = openEdge(house);
    const { participant } = reader.caller;
    const url = `/v1/programmes/${house.programme}/participants/${participant}/standing`;
    const body = { to: 'active', reason: 'other' };
    const options = { token: house.tokens.author, key: 'told-by-its-hash' };
    const first = await edge.post(url, body, options);
    assert.equal(first.status, 200);
    assert.deepEqual(await edge.post(url, body, options), first);
    const said = { line: ['POST', url, ''], body: Buffer.from(JSON.stringify(body)) };
    const { keys, store } = house.context;
    const hashWith = (requests: Buffer) =>
      requestKey({ keys: { ...keys, requests } }, house.author, options.key, said).requestMac;
    const guesses = [
      sha256Hex(lp('tocsin/request/v1', ...said.line), said.body),
      ...[Buffer.alloc(0), Buffer.alloc(32)].map(hashWith),
    ];
    assert.deepEqual(await store.issuer((tx) => search(tx, guesses)), []);
    const known = hashWith(keys.requests);
    const found = await store.issuer((tx) => search(tx, [known]));
    assert.deepEqual(found, [`idempotency.request_mac: ${known}`]);
  });

  test('content moved to another row does not open', async () => {
    const { context } = house;
    const [one, two] = [await smallAlert(house), await smallAlert(house)];
    await assert.rejects(
      context.store.issuer(async (tx) => {
        const content = await contentOf(tx, one.artifact);
        assert.ok(content);
        await tx
          .updateTable('artifact')
          .set({ content_enc: content.contentEnc })
          .where('id', '=', two.artifact)
          .execute();
        const alert = await readAlert({ ...context, renders: openRenderShelf() }, two.alert);
        assert.ok(alert);
        const keys = await context.keys.alert(tx, two.alert);
        const [row] = await openRenderShelf().artifacts(tx, { id: two.alert, version: 0 } as never);
        assert.ok(row);
        await openRenderShelf().open(tx, row, keys);
      }),
      { code: 'KEY_WRONG' },
    );
  });
});

const PLAIN = {
  format: 'text',
  marking: 'none',
  content: Buffer.from('In general.\n'),
  sidecar: null,
  reducedBy: null,
  sourcePublishedAt: null,
} as const;

/** Columns of any table whose text form contains one of the needles, in clear or as bytes. */
async function search(tx: Tx, needles: readonly string[]): Promise<string[]> {
  const { rows: columns } = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type
    from information_schema.columns where table_schema = 'public'
      and table_name <> 'policy_version'`.execute(tx);
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const value = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`;
    for (const needle of needles) {
      const { rows } = await sql<{ hit: boolean }>`select exists (select 1
        from ${sql.table(table)}
        where position(${needle} in ${sql.raw(value)}) > 0) as hit`.execute(tx);
      if (rows[0]?.hit) found.push(`${table}.${column}: ${needle}`);
    }
  }
  return found;
}

describe('limits and clocks', () => {
  test('the declared cap on readers holds against invitations at the same moment', async () => {
    const house = await openHouse({ readerCap: 3 });
    try {
      const { context, programme, clock } = house;
      const participant = await admit(house, 'Firm');
      const invite = () =>
        inviteReader(context, 'system', programme, participant, 'reader', clock.now());
      const settled = await Promise.allSettled(Array.from({ length: 8 }, invite));
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 3);
    } finally {
      await house.tearDown();
    }
  });

  test('missed ticks are not made up: after a pause one, the next an interval later', async () => {
    const house = await openHouse();
    try {
      const state = { nextTick: null as Instant | null, nextReminders: null };
      const at = (text: string) => parseInstant(text);
      const cycle = async (wall: Instant) =>
        (
          await runCycle(
            house.context,
            { wall, database: async () => wall, jumped: false, starting: false },
            state,
          )
        ).ticked;
      const start = at('2025-06-20T09:00:00Z');
      assert.equal(await cycle(start), true);
      assert.equal(await cycle(plus(start, MINUTE_MS - 1)), false);
      assert.equal(await cycle(plus(start, 10 * MINUTE_MS)), true);
      assert.equal(await cycle(plus(start, 10 * MINUTE_MS + 1)), false);
      assert.equal(await cycle(plus(start, 11 * MINUTE_MS)), true);
      const [{ ticks } = { ticks: 0 }] = await rowsOf<{ ticks: number }>(
        house,
        'select count(*) as ticks from tick',
      );
      assert.equal(ticks, 3);
    } finally {
      await house.tearDown();
    }
  });
});
