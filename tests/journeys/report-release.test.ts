import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import type { ParticipantId, SightingId } from '../../src/domain/ids.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import {
  recordReply,
  releaseReport,
  reportStatus,
} from '../../src/programme/trace/release-report.ts';
import { readTrace, runTrace } from '../../src/programme/trace/trace-leak.ts';
import type { TraceReport } from '../../src/programme/trace/trace-report.ts';
import { admit, type House, openHouse, person } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { approvedSample } from '../support/sighting.ts';

describe('a report is a draft until a second person releases it', () => {
  let house: House;
  let participant: ParticipantId;
  /** May do all that a report takes, and ran the trace. */
  let tracer: PersonCaller;
  let sighting: SightingId;
  let report: TraceReport;
  let hash: string;

  before(async () => {
    house = await openHouse();
    participant = await admit(house, 'Firm');
    tracer = (await person(house, 'Tracer', ['investigator', 'approver'])).caller;
    sighting = await approvedSample(house, 'nothing of ours');
  });
  after(() => house.tearDown());

  const now = () => house.clock.now();
  const events = async (type: string) => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql`select 1 from event where type = ${type} and ${sighting}::uuid = any(subjects)`.execute(
        tx,
      ),
    );
    return rows.length;
  };
  const release = (caller: PersonCaller, digest = hash) =>
    releaseReport(house.context, caller, sighting, digest, now());
  const reply = (text: string, of = participant) =>
    recordReply(house.context, tracer, sighting, { participant: of, text }, now());

  test('nothing can be released or answered before it was traced', async () => {
    await assert.rejects(release(house.approver, '0'.repeat(64)), { code: 'NOT_FOUND' });
    await assert.rejects(reply('not us'), { code: 'NOT_FOUND' });
    await assert.rejects(reportStatus(house.context, sighting), { code: 'NOT_FOUND' });
  });

  test('who ran the trace does not release it, nor anybody another report', async () => {
    report = await runTrace(house.context, tracer, sighting, now());
    const {
      state,
      released,
      tracedBy,
      report: stored,
    } = await reportStatus(house.context, sighting);
    assert.deepEqual([state, released, tracedBy], ['draft', null, tracer.id]);
    hash = stored;
    await assert.rejects(release(tracer), { code: 'SECOND_PERSON' });
    await assert.rejects(release(house.approver, '0'.repeat(64)), { code: 'APPROVAL_VOID' });
    const itself = (by: string) =>
      house.context.store.issuer((tx) =>
        sql`insert into report_release (sighting_id, traced_by, released_by, at)
          values (${sighting}, ${by}, ${tracer.id}, ${new Date(now())})`.execute(tx),
      );
    await assert.rejects(itself(tracer.id), /23514/, 'the database refuses it too');
    await assert.rejects(itself(house.approver.id), /23503/, 'and another person as the tracer');
    assert.equal((await reportStatus(house.context, sighting)).state, 'draft');
  });

  test('a reply is appended, to the draft and later; the report is the same', async () => {
    await reply('It was not us.');
    await assert.rejects(reply('x', newId<ParticipantId>()), { code: 'NOT_FOUND' });
    await assert.rejects(reply('  '), { code: 'INVALID_INPUT' });
    await release(house.approver);
    await release(house.approver);
    await reply('Our mailbox was open.');
    const { state, released, replies } = await reportStatus(house.context, sighting);
    assert.deepEqual([state, released?.by], ['released', house.approver.id]);
    assert.deepEqual(
      replies.map(({ text, participant: of }) => [text, of]),
      [
        ['It was not us.', participant],
        ['Our mailbox was open.', participant],
      ],
    );
    assert.deepEqual(await readTrace(house.context, sighting), report);
    assert.deepEqual([await events('report_released'), await events('reply_recorded')], [1, 2]);
  });

  test('neither report nor release nor reply can be changed or taken away', async () => {
    for (const table of ['trace_report', 'report_release', 'report_reply', 'sighting_find']) {
      for (const act of [`update ${table} set at = at`, `delete from ${table}`]) {
        await assert.rejects(
          house.context.store.issuer((tx) => sql.raw(act).execute(tx)),
          /42501/,
          act,
        );
      }
    }
    await assertInvariants(house);
  });
});
