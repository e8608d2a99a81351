import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { exportLedger } from '../../src/programme/ledger/export-ledger.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import type { House } from './house.ts';

const VERIFIER = join(import.meta.dirname, '../../scripts/verify-ledger.mjs');

/** Whatever happened before: what is committed is whole, and nothing is there twice. */
export async function assertInvariants(house: House): Promise<void> {
  await assertGrants(house);
  await assertDeliveries(house);
  await assertMarkKeys(house);
  await assertLedger(house);
}

/**
 * One grant and one event for each alert, wave and participant, no more and no fewer, and a notice
 * where something newly opened, so of the first; an event and a notice for each invitation, and an
 * event for each answer.
 */
async function assertGrants(house: House): Promise<void> {
  const counts = await one<{
    grants: number;
    events: number;
    pairs: number;
    notices: number;
    granted: number;
    noticed: number;
    invitations: number;
    sent: number;
    told: number;
    answered: number;
    answers: number;
  }>(
    house,
    `select (select count(*) from release_grant) as grants,
      (select count(*) from event where type = 'granted') as events,
      (select count(distinct (at, (issuer_body::json -> 'data')::text)) from event
        where type = 'granted') as pairs,
      (select count(*) from notice where kind = 'something_waits') as notices,
      (select count(distinct (alert_id, participant_id)) from release_grant) as granted,
      (select count(distinct (alert_id, participant_id)) from notice n
        where kind = 'something_waits' and exists (select 1 from release_grant g
          where g.alert_id = n.alert_id and g.participant_id = n.participant_id
            and g.granted_at = n.at)) as noticed,
      (select count(*) from embargo_invitation) as invitations,
      (select count(*) from event where type = 'invitation_sent') as sent,
      (select count(*) from notice where kind = 'invitation_waits') as told,
      (select count(*) from embargo_invitation where answer is not null) as answered,
      (select count(*) from event where type = 'invitation_answered') as answers`,
  );
  assert.equal(counts.events, counts.grants, 'an event for each grant');
  assert.equal(counts.pairs, counts.grants, 'no grant recorded twice');
  assert.ok(counts.notices <= counts.grants, 'no notice without a grant');
  assert.equal(counts.noticed, counts.granted, 'whoever was granted something was told');
  assert.equal(counts.sent, counts.invitations, 'an event for each invitation');
  assert.equal(counts.told, counts.invitations, 'a notice for each invitation');
  assert.equal(counts.answers, counts.answered, 'an event for each answer');
}

/** No delivery without its event, no event without its delivery. */
async function assertDeliveries(house: House): Promise<void> {
  const { without, orphans } = await one<{ without: number; orphans: number }>(
    house,
    `select
      (select count(*) from delivery d where not exists
        (select 1 from event e where e.id = d.event_id and e.type = 'delivered')) as without,
      (select count(*) from event e where e.type = 'delivered' and not exists
        (select 1 from delivery d where d.event_id = e.id)) as orphans`,
  );
  assert.deepEqual({ without, orphans }, { without: 0, orphans: 0 });
}

/**
 * Each alert's mark key is wrapped or sealed, and never both; sealed as often as the ledger says;
 * and the ledger says of each that is open that it was opened.
 */
async function assertMarkKeys(house: House): Promise<void> {
  const found = await one<Record<string, number>>(
    house,
    `select
      (select count(*) from alert a where (exists (select 1 from wrapped_key k
          where k.alert_id = a.id and k.purpose = 'mark'))
        = (exists (select 1 from sealed_mark_key s where s.alert_id = a.id))) as wrong,
      (select count(*) from sealed_mark_key)
        - (select count(*) from event where type = 'mark_key_sealed') as unrecorded,
      (select count(*) from (select alert_id, sighting_id from brought_half
        group by 1, 2 having count(*) = 2) as open where not exists (select 1 from event
          where type = 'mark_key_opened' and open.alert_id = any(subjects)
            and open.sighting_id = any(subjects))) as unsaid`,
  );
  assert.deepEqual(found, { wrong: 0, unrecorded: 0, unsaid: 0 });
}

/** Every committed event is placed exactly once, and an outside verifier accepts the whole log. */
async function assertLedger(house: House): Promise<void> {
  await runTick(house.context, house.clock.now());
  const { unplaced, events, ticks } = await one<{
    unplaced: number;
    events: number;
    ticks: number;
  }>(
    house,
    `select count(*) filter (where tick is null) as unplaced, count(*) as events,
      (select coalesce(sum(events), 0)::bigint from tick) as ticks from event`,
  );
  assert.equal(unplaced, 0);
  assert.equal(ticks, events, 'the ticks count every event once');
  const file = join(house.dataDir, 'export.jsonl');
  let text = '';
  for await (const line of exportLedger(house.context)) text += line;
  await writeFile(file, text);
  const { stdout } = await promisify(execFile)(process.execPath, [VERIFIER, file]);
  assert.match(stdout, /ledger verified/);
}

async function one<T>(house: House, query: string): Promise<T> {
  const rows = await house.context.store.issuer(
    async (tx) => (await sql.raw<T>(query).execute(tx)).rows,
  );
  return rows[0] as T;
}
