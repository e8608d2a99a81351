import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId, PersonId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { approveAlert } from '../../src/programme/alert/approve-alert.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { addArtifact, draftAlert, moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { authenticate } from '../../src/programme/people/people.ts';
import { approveTrace, openSighting, runTrace } from '../../src/programme/trace/trace-leak.ts';
import type { Tx } from '../../src/store/database.ts';
import { admit, grant, type House, openHouse, person, T0 } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { untilOneWaits } from '../support/waiting.ts';

const DRAFT = { title: 'Two', disclosureAt: T0, tlp: 'AMBER', usePermissions: ['read'] } as const;
const TEXT = {
  kind: 'advisory',
  variant: 'full',
  format: 'text',
  marking: 'none',
  name: 'advisory.txt',
  content: Buffer.from('Apply the update.\n'),
  sidecar: null,
  reducedBy: null,
  sourcePublishedAt: null,
} as const;
const GENERAL = { ...TEXT, kind: 'summary', variant: 'reduced', name: 'summary.txt' } as const;

describe('who changed what is approved does not approve it', () => {
  let house: House;
  let both: PersonCaller;
  let third: PersonCaller;

  before(async () => {
    house = await openHouse();
    both = (await person(house, 'Both', ['author', 'approver', 'operator'])).caller;
    third = (await person(house, 'Third', ['approver'])).caller;
  });
  after(() => house.tearDown());

  const now = () => house.clock.now();
  const draft = async () =>
    (await draftAlert(house.context, house.author, house.programme, DRAFT, now())).alert;
  const add = (who: PersonCaller, alert: AlertId, input: typeof TEXT | typeof GENERAL = TEXT) =>
    addArtifact(house.context, who, alert, null, input, now());
  const approveAs = async (who: PersonCaller, alert: AlertId) =>
    approveAlert(house.context, who, alert, (await planAlert(house.context, alert)).digest, now());
  /** Another token of the same person, of another scope. */
  const secondToken = async ({ id }: PersonCaller) => {
    const { context } = house;
    const token = await grant(house, id, ['approver']);
    const caller = await authenticate(context, token, now());
    assert.ok(caller.kind === 'person');
    return caller;
  };

  const changes: Readonly<Record<string, (alert: AlertId) => Promise<unknown>>> = {
    'who added an artifact': (alert) => add(both, alert),
    'who linked a reduced variant': async (alert) => {
      const { artifact } = await add(house.author, alert, GENERAL);
      const linked = { ...TEXT, name: 'linked.txt', reducedBy: artifact };
      await addArtifact(house.context, both, alert, null, linked, now());
    },
    'who moved the disclosure': async (alert) => {
      const { version } = await readAlert(house.context, alert);
      await moveDisclosure(house.context, both, alert, version, plus(T0, DAY_MS), now());
    },
    'who recorded consent': async (alert) => {
      const participant = await admit(house, 'Asks', { consentMode: 'per_alert' });
      const change = { alert, participant, consent: 'signatory' } as const;
      await changeConsent(house.context, both, change, now());
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`${name} of another's alert does not, with whichever token`, async () => {
      const alert = await draft();
      await add(house.author, alert);
      await change(alert);
      for (const caller of [both, await secondToken(both), house.author]) {
        await assert.rejects(approveAs(caller, alert), { code: 'SECOND_PERSON' });
      }
      assert.equal((await readAlert(house.context, alert)).state, 'draft');
      await approveAs(third, alert);
      assert.equal((await readAlert(house.context, alert)).approval?.approver, third.id);
    });
  }

  test('who approved and then changed it is an author of what is approved next', async () => {
    const alert = await draft();
    await add(house.author, alert);
    await approveAs(both, alert);
    await add(both, alert, GENERAL);
    await assert.rejects(approveAs(both, alert), { code: 'SECOND_PERSON' });
    await approveAs(third, alert);
  });

  test('the database refuses it whatever the program forgets, and at the same moment', async () => {
    const alert = await draft();
    await add(house.author, alert);
    const write = (work: (tx: Tx) => Promise<unknown>) => house.context.store.issuer(work);
    const approval = (tx: Tx, by: PersonId) =>
      sql`insert into approval (alert_id, plan_sha256, approver_id, at)
        values (${alert}, 'x', ${by}, ${new Date(now())})`.execute(tx);
    const authorship = (tx: Tx, by: PersonId) =>
      sql`insert into alert_author (alert_id, person_id) values (${alert}, ${by})`.execute(tx);
    await assert.rejects(
      write((tx) => approval(tx, house.author.id)),
      { code: 'SECOND_PERSON' },
    );
    // Neither has committed when the other begins: the approval must wait and see the author.
    let approving: Promise<unknown> = Promise.resolve();
    await write(async (tx) => {
      await authorship(tx, both.id);
      approving = write((other) => approval(other, both.id));
      approving.catch(() => undefined);
      await untilOneWaits(tx);
    });
    await assert.rejects(approving, { code: 'SECOND_PERSON' });
    for (const statement of [
      'delete from alert_author',
      'update alert_author set alert_id = null',
    ]) {
      await assert.rejects(
        write((tx) => sql.raw(statement).execute(tx)),
        /42501/,
      );
    }
    await write((tx) => approval(tx, third.id));
    const takeOver = sql`update approval set approver_id = ${both.id} where alert_id = ${alert}`;
    await assert.rejects(
      write((tx) => takeOver.execute(tx)),
      { code: 'SECOND_PERSON' },
    );
  });

  test('a sample and a doubt of the clock need two persons too, not two tokens', async () => {
    const { context, author, approver, programme } = house;
    const again = await secondToken(author);
    const { sighting } = await openSighting(context, author, programme, Buffer.from('x'), now());
    await assert.rejects(approveTrace(context, again, sighting, now()), { code: 'SECOND_PERSON' });
    await assert.rejects(runTrace(context, again, sighting, now()), { code: 'SECOND_PERSON' });
    await assert.rejects(
      context.store.issuer((tx) =>
        sql`insert into trace_approval (sighting_id, opened_by, approver_id, at) values
          (${sighting}, ${approver.id}, ${author.id}, ${new Date(now())})`.execute(tx),
      ),
      /23503/,
      'the opener of an approval is the opener of the sighting',
    );
    await approveTrace(context, approver, sighting, now());

    const reading = { wall: now(), jumped: true, starting: false, database: async () => now() };
    await guardClock(context, reading);
    assert.deepEqual(await confirmClock(context, author, now()), { confirmed: false });
    await assert.rejects(confirmClock(context, again, now()), { code: 'SECOND_PERSON' });
    const tried = [again, author].map((one) => confirmClock(context, one, now()));
    const settled = await Promise.allSettled(tried);
    assert.ok(settled.every(({ status }) => status === 'rejected'));
    assert.deepEqual(await confirmClock(context, approver, now()), { confirmed: true });
    await assertInvariants(house);
  });
});
