import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { EMPTY_HEAD, sealHead } from '../../src/programme/alert/alert-head.ts';
import { makeAlertKeys } from '../../src/programme/keyring.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { admit, type House, joinReader, openHouse, type TestReader } from '../support/house.ts';
import { smallAlert } from '../support/small-alert.ts';

/** More alerts than one request looks at, all granted once and declined since. */
const DECLINED = 2_500;

type Page = { items: { id: string }[]; next: string | null };

describe('a list with much that the reader may not see', () => {
  let house: House;
  let edge: Edge;
  let reader: TestReader;
  let visible: AlertId;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    const small = await smallAlert(house);
    visible = small.alert;
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
    await decline(reader, visible);
  });
  after(() => house.tearDown());

  /** Alerts like `like`, granted to the reader's participant, which then declined each. */
  async function decline({ caller: { participant } }: TestReader, like: AlertId): Promise<void> {
    const at = new Date(house.clock.now());
    const alerts = Array.from({ length: DECLINED }, () => {
      const id = newId<AlertId>();
      const { keys, wrapped } = makeAlertKeys(house.context.keys.master, id);
      const head = sealHead(keys, id, { ...EMPTY_HEAD, title: 'Declined' });
      return { id, head: head.toString('hex'), wrapped };
    });
    const heads = JSON.stringify(alerts.map(({ id, head }) => ({ id, head })));
    const keys = JSON.stringify(
      alerts.flatMap(({ id, wrapped }) =>
        wrapped.map((key) => ({ ...key, id, wrapped: key.wrapped.toString('hex') })),
      ),
    );
    await house.context.store.issuer(async (tx) => {
      await sql`with made as (
          insert into alert (id, programme_id, author_id, state, disclosure_at, opens_at, tlp,
            use_permissions, head_enc, version, created_at)
          select r.id, programme_id, author_id, state, disclosure_at, opens_at, tlp,
            use_permissions, decode(r.head, 'hex'), version, created_at
          from alert, json_to_recordset(${heads}::json) as r (id uuid, head text)
          where alert.id = ${like} returning id),
        locked as (
          insert into wrapped_key (alert_id, purpose, kid, wrapped)
          select id, purpose, kid, decode(wrapped, 'hex')
          from json_to_recordset(${keys}::json)
            as k (id uuid, purpose text, kid text, wrapped text)),
        granted as (
          insert into release_grant
            (alert_id, participant_id, wave_at, granted_at, allowed, reduced)
          select id, ${participant}, ${at}, ${at}, 1, 0 from made),
        told as (
          insert into notice (id, participant_id, alert_id, kind, at)
          select gen_random_uuid(), ${participant}, id, 'something_waits', ${at} from made)
        insert into consent (alert_id, participant_id, consent)
          select id, ${participant}, 'declined' from made`.execute(tx);
    });
  }

  async function pagesOf(path: string): Promise<Page[]> {
    const pages: Page[] = [];
    for (let cursor = ''; pages.length < 100; ) {
      const page = json<Page>(await edge.get(`${path}?limit=1${cursor}`, reader.token));
      pages.push(page);
      if (page.next === null) return pages;
      cursor = `&cursor=${page.next}`;
    }
    return assert.fail('expected a list that ends');
  }

  for (const path of ['/v1/inbox', '/v1/notices']) {
    test(`${path}: no request looks at all of it, and its cursor leads on`, async () => {
      const pages = await pagesOf(path);
      assert.ok(pages.length >= 3, `${pages.length} requests`);
      assert.equal(pages.flatMap(({ items }) => items).length, 1);
      if (path === '/v1/inbox') assert.equal(pages.flatMap(({ items }) => items)[0]?.id, visible);
    });
  }

  test('no cursor names an alert that is not shown', async () => {
    const ids = await house.context.store.issuer(async (tx) => {
      const rows = await tx.selectFrom('alert').select('id').where('id', '<>', visible).execute();
      return rows.map(({ id }) => id);
    });
    for (const { next } of await pagesOf('/v1/inbox')) {
      const text = Buffer.from(next ?? '', 'base64url').toString();
      assert.ok(ids.every((id) => !text.includes(id)));
    }
  });
});
