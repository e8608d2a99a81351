import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { open as openAge } from '../../src/crypto/age/open.ts';
import { lp, sha256Hex } from '../../src/crypto/hash.ts';
import { joinKey } from '../../src/crypto/split.ts';
import type { AlertId, ArtifactId, SightingId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { approveAddition, proposeAddition } from '../../src/programme/alert/propose-addition.ts';
import { readInboxAlert } from '../../src/programme/release/read-inbox.ts';
import { readPublicDocument } from '../../src/programme/release/read-public.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { acceptCustody, proposeCustody, readCustody } from '../../src/programme/trace/custody.ts';
import { bringHalf, readSealedKey } from '../../src/programme/trace/open-mark-key.ts';
import { runTrace } from '../../src/programme/trace/trace-leak.ts';
import { marksCommitted } from '../../src/store/trace-store.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { halfOf, officer, type TestOfficer } from '../support/officers.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

const DAYS = 30;

describe('a mark key goes to two officers after disclosure', () => {
  let house: House;
  let reader: TestReader;
  let text: { alert: AlertId; artifact: ArtifactId };
  let first: TestOfficer;
  let second: TestOfficer;
  /** The reader's copy of the advisory. */
  let copy: string;

  before(async () => {
    house = await openHouse();
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
    const { alert, artifacts } = await draftExample(house);
    const artifact = artifacts.get('advisory.md');
    assert.ok(artifact);
    text = { alert, artifact };
    await approve(house, alert);
    [first, second] = [await officer(house, 'First'), await officer(house, 'Second')];
    house.clock.set(T0);
    await house.cycle();
    const { bytes } = await fetched();
    copy = unpackCopy(openAge([reader.identity], bytes)).content.toString();
  });
  after(() => house.tearDown());

  const now = () => house.clock.now();
  const fetched = () => serveCopy(house.context, reader.caller, text, now());
  const sealed = async () => (await readSealedKey(house.context, text.alert)) !== null;
  const bring = (sighting: SightingId, by: TestOfficer, half: Uint8Array, alert = text.alert) =>
    bringHalf(house.context, by.caller, sighting, { alert, half }, now());
  const brought = async (sighting: SightingId, by: TestOfficer) =>
    bring(sighting, by, await halfOf(house, by, text.alert));
  const run = (sighting: SightingId, how = {}) =>
    runTrace(house.context, house.author, sighting, now(), how);
  const rows = async <T>(query: string) =>
    house.context.store.issuer(async (tx) => (await sql.raw<T>(query).execute(tx)).rows);
  const events = async (type: string) =>
    (await rows(`select 1 from event where type = '${type}'`)).length;
  /** A day on, so that no sighting uses up another's allowance. */
  const sample = (content: string) => {
    house.clock.set(plus(now(), DAY_MS));
    return approvedSample(house, content);
  };

  test('one person alone is no custody, nor one key for both', async () => {
    const { context, programme } = house;
    const asked = { recipient: first.recipient, afterDays: DAYS };
    const old = await proposeCustody(context, first.caller, programme, asked, now());
    const { id } = await proposeCustody(context, first.caller, programme, asked, now());
    const accept = (by: TestOfficer, recipient: string, which = id) =>
      acceptCustody(context, by.caller, which, recipient, now());
    await assert.rejects(accept(first, second.recipient), { code: 'SECOND_PERSON' });
    await assert.rejects(accept(second, first.recipient.toUpperCase()), { code: 'INVALID_INPUT' });
    await assert.rejects(accept(second, 'age1nonsense'), { code: 'KEY_INVALID' });
    await assert.rejects(accept(second, second.recipient, old.id), { code: 'CONFLICT' });
    await assert.rejects(
      context.store.issuer((tx) =>
        sql`update custody set second_person = first_person, second_recipient = 'other',
          accepted_at = at where id = ${id}`.execute(tx),
      ),
      /23514/,
      'the database refuses it too',
    );
    house.clock.set(plus(T0, DAYS * DAY_MS));
    await house.cycle();
    assert.equal(await sealed(), false);
    await accept(second, second.recipient);
    assert.equal((await readCustody(context, programme)).inForce?.second?.person, second.caller.id);
    await assertInvariants(house);
  });

  test('not before its days are over, then at the next cycle, and for good', async () => {
    house.clock.set(plus(T0, DAYS * DAY_MS - 1));
    await house.cycle();
    assert.equal(await sealed(), false);
    await fetched();
    house.clock.set(plus(T0, DAYS * DAY_MS));
    await house.cycle();
    assert.equal(await sealed(), true);
    await house.context.store.issuer(async (tx) => {
      const { mark, data } = await house.context.keys.alert(tx, text.alert);
      assert.deepEqual([mark.length, data.length], [0, 32], 'nor is it left in memory');
    });
    assert.deepEqual(
      await rows(`select purpose from wrapped_key where alert_id = '${text.alert}'`),
      [{ purpose: 'data' }],
    );
    await house.cycle();
    assert.equal(await events('mark_key_sealed'), 1);
    await assertInvariants(house);
  });

  test('each officer opens one half; only both are the key that was committed', async () => {
    const halves = [
      await halfOf(house, first, text.alert),
      await halfOf(house, second, text.alert),
    ];
    const [one, other] = halves;
    assert.ok(one && other);
    await assert.rejects(halfOf(house, await officer(house, 'Third'), text.alert), {
      code: 'SEAL_NO_MATCH',
    });
    const marks = await house.context.store.issuer((tx) => marksCommitted(tx, text.alert));
    const named = (key: Uint8Array) => sha256Hex(lp('tocsin/mark-key/v1', text.alert), key);
    assert.equal(named(joinKey(one, other)), marks?.key);
    for (const half of halves) assert.notEqual(named(half), marks?.key);
  });

  test('no copy is made any more, and none unmarked; what is public stays public', async () => {
    await assert.rejects(fetched(), { code: 'NOT_AVAILABLE' });
    assert.deepEqual(await rows(`select code from work_item where alert_id = '${text.alert}'`), []);
    const shown = await readInboxAlert(house.context, reader.caller, text.alert, now());
    assert.ok(shown.artifacts.length > 0, 'its reader still knows of it');
    const { content } = await readPublicDocument(house.context, text, now());
    assert.ok(content.length > 0);
  });

  test('nor can an artifact be put in, whose marks nobody could commit to', async () => {
    const { context, author, approver } = house;
    const late = {
      ...({ kind: 'advisory', variant: 'full', format: 'text', marking: 'full' } as const),
      ...{ name: 'late.txt', content: Buffer.from('Late.\n'), sidecar: null },
      ...{ reducedBy: null, sourcePublishedAt: null },
    };
    const { addition, digest } = await proposeAddition(context, author, text.alert, late, now());
    await assert.rejects(approveAddition(context, approver, addition, digest, now()), {
      code: 'KEY_SEALED',
    });
  });

  test('a trace that needs the key says which, and nothing of it is kept', async () => {
    const sighting = await sample(copy);
    await assert.rejects(run(sighting), ({ code, message }: { code: string; message: string }) => {
      assert.match(message, new RegExp(text.alert));
      return code === 'KEY_SEALED';
    });
    assert.deepEqual(await rows('select 1 from reading'), []);
    assert.equal(await events('trace_scored'), 0, 'no look was spent');
    const without = await run(sighting, { withoutSealed: true });
    assert.deepEqual([without.alerts, without.leftOut], [[], [text.alert]]);
    await assertInvariants(house);
  });

  test('a text with nothing of it is traced as ever', async () => {
    const { alerts, leftOut } = await run(await sample('nothing of ours'));
    assert.deepEqual([alerts, leftOut], [[], []]);
  });

  test('one officer opens nothing, whatever they bring', async () => {
    const sighting = await sample(copy);
    const own = await halfOf(house, first, text.alert);
    const theirs = await halfOf(house, second, text.alert);
    await assert.rejects(bring(sighting, first, Buffer.alloc(32)), { code: 'INVALID_INPUT' });
    assert.deepEqual(await bring(sighting, first, own), { half: 1, openUntil: null });
    assert.deepEqual(await bring(sighting, first, own), { half: 1, openUntil: null });
    await assert.rejects(bring(sighting, first, theirs), { code: 'SECOND_PERSON' });
    await assert.rejects(bring(sighting, second, own), { code: 'CONFLICT' });
    await assert.rejects(run(sighting), { code: 'KEY_SEALED' });
    assert.equal(await events('half_brought'), 1);
    assert.equal(await events('mark_key_opened'), 0);
    const { alert } = await smallAlert(house);
    await assert.rejects(bring(sighting, first, own, alert), { code: 'CONFLICT' }, 'not sealed');
    await assertInvariants(house);
  });

  test('a half is kept for a day, and then both are to be brought again', async () => {
    const sighting = await sample(copy);
    await brought(sighting, first);
    house.clock.set(plus(now(), DAY_MS));
    // Its time is over, whether or not a worker has come by.
    assert.equal((await brought(sighting, second)).openUntil, null);
    house.clock.set(plus(now(), 23 * HOUR_MS));
    const { openUntil } = await brought(sighting, first);
    assert.equal(openUntil, plus(now(), DAY_MS));
    house.clock.set(openUntil as Instant);
    await assert.rejects(run(sighting), { code: 'KEY_SEALED' });
    await house.cycle();
    assert.deepEqual(await rows('select 1 from brought_half'), []);
    await assertInvariants(house);
  });

  test('both open it for one trace, which closes it; no copy is made meanwhile', async () => {
    const [sighting, another] = [await sample(copy), await sample(copy)];
    await brought(sighting, second);
    const { openUntil } = await brought(sighting, first);
    assert.equal(openUntil, plus(now(), DAY_MS));
    await assert.rejects(fetched(), { code: 'NOT_AVAILABLE' });
    await assert.rejects(run(another), { code: 'KEY_SEALED' });
    const closed = await events('mark_key_closed');
    const report = await run(sighting);
    const [found] = report.evidence?.participants ?? [];
    assert.equal(found?.participant, reader.caller.participant);
    assert.deepEqual(await rows('select 1 from brought_half'), []);
    assert.equal(await events('mark_key_closed'), closed + 1);
    assert.deepEqual(await run(sighting), report);
    await assert.rejects(brought(sighting, first), { code: 'CONFLICT' }, 'it was traced');
    await assert.rejects(run(another), { code: 'KEY_SEALED' });
    await assertInvariants(house);
  });

  test('neither halves nor who holds them can be changed', async () => {
    const acts = [
      `update sealed_mark_key set first_half = second_half`,
      `delete from sealed_mark_key`,
      `update custody set first_recipient = 'x'`,
      `delete from custody`,
      `update brought_half set person_id = person_id`,
    ];
    for (const act of acts) await assert.rejects(rows(act), /42501/, act);
  });
});
