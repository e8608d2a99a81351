/** What persons do while nobody knows what time it is: it holds by the right time, or waits. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { NO_PROFILE, type Profile } from '../../src/domain/enrolment.ts';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, type Instant, MINUTE_MS, parseInstant, plus } from '../../src/domain/instant.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';
import { approveChange } from '../../src/programme/alert/alert-change.ts';
import { assessAlert } from '../../src/programme/alert/assess-alert.ts';
import { moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { inviteToEmbargo } from '../../src/programme/alert/invite-to-embargo.ts';
import { approveMove, proposeMove } from '../../src/programme/alert/move-disclosure.ts';
import { publishNow } from '../../src/programme/alert/publish-now.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { recordAlertEvent } from '../../src/programme/alert/record-alert-event.ts';
import { confirmClock } from '../../src/programme/ledger/guard-clock.ts';
import { runCycle } from '../../src/worker/worker.ts';
import { fullPack } from '../support/full-pack.ts';
import { admit, approve, type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

const KERNEL: Profile = {
  ...NO_PROFILE,
  products: ['kernel'],
  criteria: { certified: parseInstant('2027-01-01T00:00:00Z') },
};

describe('acts under a clock that ran ahead', () => {
  let house: House;
  /** When it is, and when the clock says it is. */
  let now: Instant;
  let ahead: Instant;

  before(async () => {
    house = await openHouse({ pack: await fullPack() });
  });
  after(() => house.tearDown());
  afterEach(async () => {
    // The ledger places what was noted under that clock when its time has come.
    house.clock.set(ahead);
    await assertInvariants(house);
  });

  const cycleAt = (wall: Instant, database: Instant = wall) =>
    runCycle(
      house.context,
      { wall, database: async () => database, jumped: false, starting: false },
      { nextTick: null, nextReminders: null },
    );
  const runAhead = async (at: Instant) => {
    now = at;
    ahead = plus(now, 5 * DAY_MS);
    await cycleAt(now);
    assert.equal((await cycleAt(ahead, now)).doubted, true);
  };
  const putRight = async () => {
    await confirmClock(house.context, house.author, now);
    await confirmClock(house.context, house.approver, now);
    return cycleAt(plus(now, MINUTE_MS));
  };
  const grants = (alert: AlertId) =>
    house.context.store.issuer(async (tx) => {
      const query = tx.selectFrom('release_grant').selectAll().where('alert_id', '=', alert);
      return (await query.execute()).length;
    });

  test('whom an assessment opens something to has it when the doubt ends, not later', async () => {
    await admit(house, 'Kernel', { tier: 'validate', profile: KERNEL });
    const { alert, firstWave } = await smallAlert(house);
    await runAhead(firstWave);
    assert.equal(await grants(alert), 0);
    const assessment = { ...UNASSESSED, products: ['kernel'] };
    const { context, author, approver } = house;
    const { proposal } = await assessAlert(context, author, alert, null, assessment, ahead);
    assert.ok(proposal, 'what is still to open has not passed by a clock that is ahead');
    await approveChange(context, approver, proposal.proposal, proposal.digest, ahead);
    await putRight();
    assert.equal(await grants(alert), 1);
  });

  test('inviting one firm lets nobody else’s deadline pass', async () => {
    const asked = { tier: 'validate', consentMode: 'per_alert', profile: KERNEL } as const;
    const [one, other] = [await admit(house, 'One', asked), await admit(house, 'Other', asked)];
    const { context, author } = house;
    const { alert, firstWave, disclosureAt } = await smallAlert(house);
    const assessment = { ...UNASSESSED, products: ['kernel'] };
    const start = house.clock.now();
    await assessAlert(context, author, alert, null, assessment, start);
    await approve(house, alert);
    await inviteToEmbargo(context, author, { alert, deadline: firstWave, participant: one }, start);
    await runAhead(start);
    const request = { alert, deadline: disclosureAt, participant: other };
    await assert.rejects(inviteToEmbargo(context, author, request, ahead), { code: 'CLOCK_DOUBT' });
    await putRight();
    const consent = await context.store.issuer((tx) =>
      tx
        .selectFrom('consent')
        .select(['participant_id', 'consent'])
        .where('alert_id', '=', alert)
        .execute(),
    );
    assert.deepEqual(consent, [{ participant_id: one, consent: 'invited' }]);
  });

  test('T0 becomes no moment that may be days away: it waits for the right time', async () => {
    const { context, author, approver } = house;
    const draft = await smallAlert(house);
    const { alert, firstWave, disclosureAt } = await smallAlert(house);
    await cycleAt(firstWave);
    const later = plus(disclosureAt, DAY_MS);
    const { proposal, digest } = await proposeMove(context, author, alert, later, firstWave);
    await runAhead(firstWave);
    const doubt = { code: 'CLOCK_DOUBT' };
    const happened = { kind: 'public', at: ahead } as const;
    const { version } = await readAlert(context, draft.alert);
    await assert.rejects(publishNow(context, author, alert, 'exploited', ahead), doubt);
    await assert.rejects(recordAlertEvent(context, author, alert, happened, ahead), doubt);
    await assert.rejects(approveMove(context, approver, proposal, digest, ahead), doubt);
    await assert.rejects(
      moveDisclosure(context, author, draft.alert, version, later, ahead),
      doubt,
    );
    await putRight();
    await publishNow(context, author, alert, 'exploited', plus(now, MINUTE_MS));
    assert.equal((await readAlert(context, alert)).schedule.disclosureAt, plus(now, MINUTE_MS));
  });
});
