/** A proposal does not outlive its proposer's access: what nobody concluded lapses with it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import type { StepId } from '../../src/domain/ids.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { beHeard, readOwnHearings } from '../../src/programme/member/hearings.ts';
import { decideStanding } from '../../src/programme/member/standing-steps.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import { decideRecovery, proposeRecovery } from '../../src/programme/people/recoveries.ts';
import {
  decideGrant,
  proposeGrant,
  withdraw as withdrawRoles,
} from '../../src/programme/people/roles.ts';
import { decideForm, proposeForm } from '../../src/programme/people/second-person.ts';
import { createProgramme } from '../../src/programme/policy/create-programme.ts';
import { changePlatform } from '../../src/programme/release/change-platform.ts';
import { acceptCustody, proposeCustody, readCustody } from '../../src/programme/trace/custody.ts';
import { bringHalf } from '../../src/programme/trace/open-mark-key.ts';
import { programmes } from '../../src/store/programme-store.ts';
import { standingsOf } from '../../src/store/reader-key-store.ts';
import { PROPOSED_IN, proposals, rowOf } from '../support/forms.ts';
import { admit, type House, joinReader, openHouse, person, readPack } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { halfOf, twoOfficers } from '../support/officers.ts';
import { approvedSample } from '../support/sighting.ts';
import { smallAlert } from '../support/small-alert.ts';

const SCOPES = ['author', 'approver', 'investigator', 'operator'] as const;

describe('when the access of a person ends', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.tearDown());

  const now = () => house.clock.now();
  const leaver = async () => (await person(house, 'Leaver', SCOPES)).caller;
  const withdraw = (id: Awaited<ReturnType<typeof leaver>>['id']) =>
    endTokens(house.context, { kind: 'person', id }, SYSTEM, now());
  const lapses = async (proposal: string) => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from event
        where type = 'proposal_lapsed' and ${proposal}::uuid = any(subjects)`.execute(tx),
    );
    return rows[0]?.n;
  };

  for (const act of Object.keys(PROPOSED_IN) as (keyof typeof PROPOSED_IN)[]) {
    test(`${act} that they alone had proposed lapses, and nobody else's does`, async () => {
      const caller = await leaver();
      const id = await proposals(house, caller)[act]();
      const other = await proposals(house, house.author)[act]();
      assert.ok(id && other);
      await withdraw(caller.id);
      const row = await rowOf(house, act, id);
      assert.deepEqual([row.how, row.by], ['lapsed', null]);
      assert.equal((await rowOf(house, act, other)).decidedAt, null);
      assert.equal(await lapses(id), 1);
      await assertInvariants(house);
    });
  }

  test('a hearing on what they had proposed is over with it', async () => {
    const { context, programme } = house;
    const caller = await leaver();
    const firm = await admit(house, 'Heard', { tier: 'entry' });
    const reader = await joinReader(house, firm);
    const change = { to: 'removed', reason: 'other', hearingHours: 72 } as const;
    const { step } = await changeStanding(context, caller, programme, firm, change, now());
    assert.equal((await readOwnHearings(context, reader.caller)).length, 1);
    await withdraw(caller.id);
    assert.deepEqual(await readOwnHearings(context, reader.caller), []);
    await assert.rejects(beHeard(context, reader.caller, step as StepId, 'Too late.', now()), {
      code: 'NOT_FOUND',
    });
  });

  test('a recovery, a custody and a form that they proposed cannot be concluded', async () => {
    const { context, programme, approver } = house;
    const caller = await leaver();
    const lost = await person(house, 'Lost', ['author']);
    const holder = { kind: 'person', id: lost.id } as const;
    const { recovery } = await proposeRecovery(context, caller, holder, now());
    const { recipient } = generateIdentity();
    const custody = await proposeCustody(
      context,
      caller,
      programme,
      { recipient, afterDays: 1 },
      now(),
    );
    const wanted = { act: 'terms', form: 'one_then_veto', hours: 2 } as const;
    const form = await proposeForm(context, caller, programme, wanted, now());
    await withdraw(caller.id);
    await assert.rejects(decideRecovery(context, approver, recovery, 'confirm', now()), {
      code: 'CONFLICT',
    });
    const second = generateIdentity().recipient;
    await assert.rejects(acceptCustody(context, approver, custody.id, second, now()), {
      code: 'NOT_FOUND',
    });
    assert.equal((await readCustody(context, programme)).proposed, null);
    const stated = { decision: 'confirm', digest: form.digest } as const;
    await assert.rejects(decideForm(context, approver, form.change, stated, now()), {
      code: 'CONFLICT',
    });
  });

  test('what one of two had said alone is said again by two', async () => {
    const { context, programme, author, approver } = house;
    const caller = await leaver();
    await changePlatform(context, author, programme, 'compromised', now());
    await changePlatform(context, caller, programme, 'sound', now());
    await withdraw(caller.id);
    const after = await changePlatform(context, author, programme, 'sound', now());
    assert.equal(after.state, 'compromised', 'the first of two');
    const over = await changePlatform(context, approver, programme, 'sound', now());
    assert.equal(over.state, 'sound');
  });

  test('half of a mark key that they brought alone is away', async () => {
    const { context } = house;
    const officers = await twoOfficers(house, 0);
    const { alert, disclosureAt } = await smallAlert(house);
    house.clock.set(disclosureAt);
    await house.cycle();
    const sighting = await approvedSample(house, 'nothing of ours');
    const halves: Buffer[] = [];
    for (const each of officers) halves.push(await halfOf(house, each, alert));
    const [half, other] = halves as [Buffer, Buffer];
    const caller = await leaver();
    await bringHalf(context, caller, sighting, { alert, half }, now());
    await withdraw(caller.id);
    const brought = await bringHalf(context, house.author, sighting, { alert, half: other }, now());
    assert.equal(brought.openUntil, null);
  });

  test('what is in force goes on: a suspension does not end with who made it', async () => {
    const { context, programme, approver } = house;
    const caller = await leaver();
    const firm = await admit(house, 'Stays out', { tier: 'entry' });
    const change = { to: 'suspended', reason: 'other' } as const;
    const { step } = await changeStanding(context, caller, programme, firm, change, now());
    await withdraw(caller.id);
    const decided = await decideStanding(context, approver, step as StepId, 'confirm', now());
    assert.equal(decided.standing, 'suspended');
  });

  test('who is recovered proposed it perhaps not themselves', async () => {
    const { context, author, approver } = house;
    const caller = await leaver();
    const id = await proposals(house, caller).admission();
    const holder = { kind: 'person', id: caller.id } as const;
    const { recovery } = await proposeRecovery(context, author, holder, now());
    await decideRecovery(context, approver, recovery, 'confirm', now());
    assert.equal((await rowOf(house, 'admission', id)).how, 'lapsed');
  });

  test('roles that whoever came in their place had proposed are not given', async () => {
    const { context, author, approver } = house;
    const caller = await leaver();
    const friend = { person: null, name: 'A friend' } as const;
    const { grant, digest } = await proposeGrant(context, caller, friend, ['approver'], now());
    const holder = { kind: 'person', id: caller.id } as const;
    const { recovery } = await proposeRecovery(context, author, holder, now());
    await decideRecovery(context, approver, recovery, 'confirm', now());
    assert.equal(await lapses(grant), 1);
    const stated = { decision: 'confirm', digest } as const;
    await assert.rejects(decideGrant(context, approver, grant, stated, now()), {
      code: 'CONFLICT',
    });
  });

  test('nor is anything concluded of somebody who may do less than when proposing it', async () => {
    const { context, author } = house;
    const caller = await leaver();
    const id = await proposals(house, caller).admission();
    const left = await withdrawRoles(context, author, caller.id, ['author', 'operator'], now());
    assert.deepEqual(left.roles, ['approver', 'investigator']);
    assert.equal((await rowOf(house, 'admission', id)).how, 'lapsed');
  });

  test('programmes are locked in one order by whoever locks several of them', async () => {
    const { context, programme } = house;
    const firm = await admit(house, 'In two programmes', { tier: 'entry' });
    for (let id = programme; id >= programme; ) {
      const policy = await readPack('mapp');
      const input = { name: 'Another', readerCap: 10, policy };
      house.clock.set(plus(now(), 1));
      id = await createProgramme(context, input, now());
      await context.store.issuer((tx) =>
        sql`insert into enrolment (programme_id, participant_id, tier, standing, duty,
            consent_mode, version)
          select ${id}, participant_id, tier, standing, duty, consent_mode, version
          from enrolment where participant_id = ${firm} and programme_id = ${programme}`.execute(
          tx,
        ),
      );
    }
    const [all, of] = await context.store.issuer(async (tx) => [
      (await programmes(tx)).map((each) => each.id),
      (await standingsOf(tx, firm)).map((each) => each.programme),
    ]);
    assert.deepEqual(of, all);
  });

  // Last: the clock is doubted from then on.
  test('the first word for a time is not theirs any more', async () => {
    const { context, author, approver } = house;
    const caller = await leaver();
    const wall = plus(now(), DAY_MS);
    const reading = { wall, jumped: true, starting: false, database: async () => wall };
    await guardClock(context, reading);
    await confirmClock(context, caller, wall);
    await withdraw(caller.id);
    assert.deepEqual(await confirmClock(context, author, wall), { confirmed: false });
    assert.deepEqual(await confirmClock(context, approver, wall), { confirmed: true });
  });
});
