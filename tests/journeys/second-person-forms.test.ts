/** The three forms of the second person: what takes effect by itself, when, and what never does. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import type { AlertId, AnnouncedId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { hoursOf, SECOND_PERSON_ACTS, type VetoableAct } from '../../src/domain/second-person.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { stateAffiliation } from '../../src/programme/affiliations.ts';
import { approveAlert } from '../../src/programme/alert/approve-alert.ts';
import { addArtifact, draftAlert, moveDisclosure } from '../../src/programme/alert/draft-alert.ts';
import { proposeMove, readMove } from '../../src/programme/alert/move-disclosure.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { proposeAddition } from '../../src/programme/alert/propose-addition.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { listWorkItems } from '../../src/programme/alert/work-items.ts';
import { doDue } from '../../src/programme/due/do-due.ts';
import { confirmClock, guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { proposeParticipant } from '../../src/programme/member/admit-participant.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { decideMemberChange } from '../../src/programme/member/member-change.ts';
import { vetoAnnounced } from '../../src/programme/people/announce.ts';
import { endTokens } from '../../src/programme/people/manage-tokens.ts';
import {
  decideForm,
  proposeForm,
  readSecondPerson,
} from '../../src/programme/people/second-person.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { readSealedKey } from '../../src/programme/trace/open-mark-key.ts';
import { stepById } from '../../src/store/standing-store.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import { choose, NOTE, PROPOSED_IN, proposals, rowOf } from '../support/forms.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { twoOfficers } from '../support/officers.ts';
import { smallAlert } from '../support/small-alert.ts';

const SCOPES = ['author', 'approver', 'investigator', 'operator'] as const;
const VETO = { form: 'one_then_veto', hours: 24 } as const;
const DRAFT = { title: 'Alone', tlp: 'AMBER', usePermissions: ['read'] } as const;

/** Persons, and a house whose programme has chosen a veto wherever there is one to choose. */
async function vetoHouse(chosen: (act: VetoableAct) => boolean): Promise<House> {
  const house = await openHouse();
  for (const act of SECOND_PERSON_ACTS) {
    if (hoursOf(act, 'one_then_veto') !== null && chosen(act as VetoableAct)) {
      await choose(house, act, VETO);
    }
  }
  return house;
}

type Solo = Awaited<ReturnType<typeof person>>;

async function endsOf(house: House, id: string): Promise<string[]> {
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ how: string }>`select issuer_body::json -> 'data' ->> 'how' as how from event
      where type = 'announced_ended' and ${id}::uuid = any(subjects) order by serial`.execute(tx),
  );
  return rows.map(({ how }) => how);
}

function doubtful(): never {
  throw new TocsinError('CLOCK_DOUBT', 'the clock jumped');
}

async function pass(house: House, at: Instant): Promise<void> {
  house.clock.set(at);
  await doDue(house.context, at);
}

describe('under two_persons', () => {
  test('the system concludes nothing, whatever is proposed and however long it waits', async () => {
    const house = await openHouse();
    try {
      const { caller } = await person(house, 'Solo', SCOPES);
      for (const [act, propose] of Object.entries(proposals(house, caller))) {
        const id = await propose();
        assert.ok(id, act);
        assert.deepEqual((await readSecondPerson(house.context, house.programme)).announced, []);
        await pass(house, plus(house.clock.now(), 400 * HOUR_MS));
        const row = await rowOf(house, act as keyof typeof PROPOSED_IN, id);
        assert.equal(row.decidedAt, null, act);
      }
      await assertInvariants(house);
    } finally {
      await house.tearDown();
    }
  });

  test('the database lets no proposal be concluded without a person', async () => {
    const house = await openHouse();
    try {
      const { caller } = await person(house, 'Solo', SCOPES);
      for (const [act, propose] of Object.entries(proposals(house, caller))) {
        const id = await propose();
        const table = sql.table(PROPOSED_IN[act as keyof typeof PROPOSED_IN]);
        const outcome = ['member_change', 'standing_step'].includes(
          PROPOSED_IN[act as keyof typeof PROPOSED_IN],
        );
        const step = PROPOSED_IN[act as keyof typeof PROPOSED_IN] === 'standing_step';
        const at = new Date(plus(house.clock.now(), DAY_MS));
        const set = sql`update ${table} set decided_at = ${at}
          ${outcome ? sql`, outcome = 'confirmed'` : sql``}
          ${step ? sql`, effective_at = ${at}` : sql``} where id = ${id}`;
        await assert.rejects(
          house.context.store.issuer((tx) => set.execute(tx)),
          { code: 'SECOND_PERSON' },
          act,
        );
      }
    } finally {
      await house.tearDown();
    }
  });
});

test('the database takes no approval without a person before the end of its wait', async () => {
  const house = await vetoHouse((act) => act === 'alert_approval');
  const { context, author, programme, clock } = house;
  try {
    const input = { ...DRAFT, disclosureAt: plus(clock.now(), 20 * DAY_MS) };
    const { alert } = await draftAlert(context, author, programme, input, clock.now());
    const solo = { ...author, scopes: SCOPES };
    await addArtifact(context, solo, alert, null, { ...NOTE, kind: 'advisory' }, clock.now());
    const { digest } = await planAlert(context, alert);
    const approvedAt = (at: Instant, plan = digest) =>
      context.store.issuer((tx) =>
        sql`insert into approval (alert_id, plan_sha256, approver_id, at)
          values (${alert}, ${plan}, null, ${new Date(at)})`.execute(tx),
      );
    const due = plus(clock.now(), 24 * HOUR_MS);
    await assert.rejects(approvedAt(due), { code: 'SECOND_PERSON' }, 'nothing is announced');
    await approveAlert(context, solo, alert, digest, clock.now());
    await assert.rejects(approvedAt(plus(due, -1)), { code: 'SECOND_PERSON' }, 'before its time');
    await assert.rejects(approvedAt(due, 'a'.repeat(64)), { code: 'SECOND_PERSON' }, 'another');
    await approvedAt(due);
    await assert.rejects(approvedAt(plus(due, 1)), { code: 'SECOND_PERSON' }, 'once');
  } finally {
    await house.tearDown();
  }
});

test('nothing is announced but by a choice of this programme for this act', async () => {
  const house = await vetoHouse((act) => act === 'policy');
  const { context, author, programme, clock } = house;
  try {
    const at = clock.now();
    const { rows } = await context.store.issuer((tx) =>
      sql<{ id: string }>`select id from second_person_change`.execute(tx),
    );
    const announced = (act: string, hours: number) =>
      context.store.issuer((tx) =>
        sql`insert into announced_act (id, programme_id, act, form, chosen_by, subject_id, digest,
            proposer_id, at, takes_effect_at)
          values (${newId()}, ${programme}, ${act}, 'one_then_veto', ${rows[0]?.id}, ${newId()},
            'x', ${author.id}, ${new Date(at)},
            ${new Date(plus(at, hours * HOUR_MS))})`.execute(tx),
      );
    await announced('policy', 1);
    await assert.rejects(announced('admission', 1), /23503/);
    await assert.rejects(announced('policy', 0.5), /23514/);
  } finally {
    await house.tearDown();
  }
});

describe('under one_then_veto', () => {
  let house: House;
  let solo: Solo;

  before(async () => {
    house = await vetoHouse(() => true);
    solo = await person(house, 'Solo', SCOPES);
  });
  after(() => house.tearDown());

  for (const act of Object.keys(PROPOSED_IN) as (keyof typeof PROPOSED_IN)[]) {
    test(`${act} takes effect at the end of its wait, not before, once, by nobody`, async () => {
      const id = await proposals(house, solo.caller)[act]();
      assert.ok(id);
      const from = house.clock.now();
      const work = await listWorkItems(house.context, house.programme, from);
      assert.deepEqual([work[0]?.code, work[0]?.id], ['TAKES_EFFECT', id], 'first of all');
      assert.equal(work[0]?.dueAt, plus(from, 24 * HOUR_MS));
      await pass(house, plus(from, 24 * HOUR_MS - 1));
      assert.equal((await rowOf(house, act, id)).decidedAt, null);
      await pass(house, plus(from, 24 * HOUR_MS));
      const row = await rowOf(house, act, id);
      assert.notEqual(row.decidedAt, null);
      assert.equal(row.by, null);
      assert.deepEqual(await endsOf(house, id), ['took_effect']);
      await pass(house, plus(from, 25 * HOUR_MS));
      assert.deepEqual(await rowOf(house, act, id), row);
      assert.deepEqual(await endsOf(house, id), ['took_effect']);
      await assertInvariants(house);
    });
  }
});

describe('a list of one person', () => {
  let house: House;
  let edge: Edge;
  let solo: Solo;
  let firm: ParticipantId;
  let reader: TestReader;

  before(async () => {
    house = await vetoHouse(() => true);
    edge = openEdge(house);
    solo = await person(house, 'Solo', SCOPES);
    firm = await admit(house, 'Member', { tier: 'validate' });
    reader = await joinReader(house, firm);
  });
  beforeEach(async () => {
    await pass(house, plus(house.clock.now(), DAY_MS));
  });
  after(() => house.tearDown());

  const now = () => house.clock.now();
  const draft = async () => {
    const { context, programme } = house;
    const input = { ...DRAFT, disclosureAt: plus(now(), 20 * DAY_MS) };
    const { alert } = await draftAlert(context, solo.caller, programme, input, now());
    const advisory = { ...NOTE, kind: 'advisory' } as const;
    const { artifact } = await addArtifact(context, solo.caller, alert, null, advisory, now());
    return { alert, artifact };
  };
  const announceIt = async (alert: AlertId) => {
    const { digest } = await planAlert(house.context, alert);
    const body = { plan: digest };
    const seen = await edge.post(`/v1/alerts/${alert}/approval`, body, { token: solo.token });
    assert.equal(seen.status, 200, seen.body.toString());
    return json<{ takesEffectAt: string | null; waves: string[] }>(seen);
  };
  const announcedOf = async (alert: AlertId) => {
    const { announced } = await readSecondPerson(house.context, house.programme);
    return announced.filter(({ subject }) => subject === alert);
  };
  const stateOf = async (alert: AlertId) => (await readAlert(house.context, alert)).state;

  test('runs a whole alert, from the draft to a copy, a move of T0 and disclosure', async () => {
    const { alert, artifact } = await draft();
    const { takesEffectAt, waves } = await announceIt(alert);
    const at = plus(now(), 24 * HOUR_MS);
    assert.deepEqual([takesEffectAt, waves], [new Date(at).toISOString().replace('.000', ''), []]);
    await pass(house, plus(at, -1));
    assert.equal(await stateOf(alert), 'draft');
    await pass(house, at);
    const { state, approval, schedule } = await readAlert(house.context, alert);
    assert.deepEqual([state, approval?.approver], ['approved', null]);
    await pass(house, schedule.opensAt['validate'] ?? at);
    const copy = await serveCopy(house.context, reader.caller, { alert, artifact }, now());
    assert.ok(copy.bytes.length > 0);
    const to = plus(schedule.disclosureAt, DAY_MS);
    await proposeMove(house.context, solo.caller, alert, to, now());
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.equal((await readAlert(house.context, alert)).schedule.disclosureAt, to);
    await pass(house, to);
    assert.equal(await stateOf(alert), 'closed');
    await assertInvariants(house);
  });

  test('a veto stops it, also by who announced it, and it is announced no more', async () => {
    const { alert } = await draft();
    await announceIt(alert);
    const [one] = await announcedOf(alert);
    assert.ok(one);
    // It has not to wait for a clock that has jumped.
    const jumped = openEdge({ ...house, clock: { ...house.clock, now: doubtful } });
    const once = { token: solo.token, key: 'under-a-jump' };
    const vetoed = await jumped.post(`/v1/announced/${one.id}/veto`, {}, once);
    assert.equal(vetoed.status, 200);
    await pass(house, plus(now(), 3 * DAY_MS));
    assert.equal(await stateOf(alert), 'draft');
    assert.deepEqual(await endsOf(house, one.id), ['vetoed']);
    const again = await edge.post(`/v1/announced/${one.id}/veto`, {}, { token: solo.token });
    assert.equal(json<{ code: string }>(again).code, 'CONFLICT');
  });

  test('a change after it was announced voids it; the next one is of what it is now', async () => {
    const { alert } = await draft();
    await announceIt(alert);
    const [first] = await announcedOf(alert);
    const { version, schedule } = await readAlert(house.context, alert);
    const later = plus(schedule.disclosureAt, DAY_MS);
    await moveDisclosure(house.context, solo.caller, alert, version, later, now());
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.equal(await stateOf(alert), 'draft');
    assert.ok(first);
    assert.deepEqual(await endsOf(house, first.id), ['void']);
    await announceIt(alert);
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.equal(await stateOf(alert), 'approved');
  });

  test('a second announcement takes the place of the first', async () => {
    const { alert } = await draft();
    await announceIt(alert);
    await announceIt(alert);
    assert.equal((await announcedOf(alert)).length, 1);
  });

  test('another person approves at once, and what was announced is settled by it', async () => {
    const { alert } = await draft();
    await announceIt(alert);
    const { digest } = await planAlert(house.context, alert);
    await approveAlert(house.context, house.approver, alert, digest, now());
    assert.equal(await stateOf(alert), 'approved');
    assert.deepEqual(await announcedOf(alert), []);
  });

  test('what takes another person now is not announced', async () => {
    const { alert } = await draft();
    const { digest } = await planAlert(house.context, alert);
    const said = { emergency: 'exploited' } as const;
    await assert.rejects(
      approveAlert(house.context, solo.caller, alert, digest, now(), null, said),
      { code: 'SECOND_PERSON' },
    );
    assert.deepEqual(await announcedOf(alert), []);
  });

  test('a change of what was proposed voids it: it waits for a person then', async () => {
    const { alert, disclosureAt, firstWave } = await smallAlert(house);
    await pass(house, firstWave);
    const to = plus(disclosureAt, DAY_MS);
    const { proposal } = await proposeMove(house.context, solo.caller, alert, to, now());
    await admit(house, 'Comes in between', { tier: 'validate' });
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.deepEqual(await endsOf(house, proposal), ['void']);
    assert.equal((await readMove(house.context, proposal, now())).proposal, proposal);
    assert.equal((await readAlert(house.context, alert)).schedule.disclosureAt, disclosureAt);
  });

  test('what is under way keeps the form it began with, either way', async () => {
    const propose = proposals(house, solo.caller).admission;
    const announced = await propose();
    const to = { form: 'two_persons', hours: null } as const;
    await choose(house, 'admission', to);
    const waiting = await propose();
    await choose(house, 'admission', VETO);
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.equal((await rowOf(house, 'admission', announced)).how, 'confirmed');
    assert.equal((await rowOf(house, 'admission', waiting)).how, null);
  });

  test('the existing refusal ends proposal and announcement', async () => {
    const { context, programme } = house;
    const input = { name: 'Refused', enrolment: enrolment({ tier: 'entry' }) };
    const { proposal } = await proposeParticipant(context, solo.caller, programme, input, now());
    const stated = { decision: 'refuse', digest: proposal.digest } as const;
    await decideMemberChange(context, solo.caller, proposal.change, stated, now());
    const { announced } = await readSecondPerson(context, programme);
    assert.ok(!announced.some(({ id }) => (id as string) === proposal.change));
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.equal((await rowOf(house, 'admission', proposal.change)).how, 'refused');
  });

  test('what somebody on both sides had begun does not take effect by itself', async () => {
    const { context, author, programme } = house;
    const both = await person(house, 'On both sides', SCOPES);
    const id = await proposals(house, both.caller).removal();
    assert.ok(id);
    const step = await context.store.issuer((tx) => stepById(tx, id));
    assert.ok(step);
    const side = { participant: step.participant, person: both.id };
    await stateAffiliation(context, author, programme, side, now());
    await pass(house, plus(now(), 24 * HOUR_MS));
    assert.deepEqual(await endsOf(house, id), ['void']);
    assert.equal((await rowOf(house, 'removal', id)).how, null);
  });

  test('whoever lost access leaves nothing behind that takes effect', async () => {
    const gone = await person(house, 'Gone', SCOPES);
    const id = await proposals(house, gone.caller).admission();
    const { alert } = await draft();
    await addArtifact(house.context, gone.caller, alert, null, NOTE, now());
    const { digest } = await planAlert(house.context, alert);
    await approveAlert(house.context, gone.caller, alert, digest, now());
    assert.equal((await announcedOf(alert)).length, 1);
    const holder = { kind: 'person', id: gone.id } as const;
    await endTokens(house.context, holder, SYSTEM, now());
    await pass(house, plus(now(), 2 * DAY_MS));
    assert.equal((await rowOf(house, 'admission', id)).how, 'lapsed');
    assert.equal(await stateOf(alert), 'draft');
    assert.deepEqual(await announcedOf(alert), []);
    await assertInvariants(house);
  });

  test('a start is doubted if the gap alone would end a wait', async () => {
    await pass(house, plus(now(), 2 * DAY_MS));
    const reading = (wall: Instant) => {
      return { wall, jumped: false, starting: true, database: async () => wall };
    };
    await guardClock(house.context, { ...reading(now()), starting: false });
    const id = await proposals(house, solo.caller).admission();
    const later = plus(now(), 25 * HOUR_MS);
    assert.deepEqual(await guardClock(house.context, reading(later)), { doubted: true });
    await doDue(house.context, later);
    assert.equal((await rowOf(house, 'admission', id)).how, null);
    house.clock.set(later);
    for (const who of [house.author, house.approver]) {
      await confirmClock(house.context, who, later);
    }
    await pass(house, later);
    assert.equal((await rowOf(house, 'admission', id)).how, 'confirmed');
  });

  // Last: the clock is doubted from then on.
  test('a doubt of the clock holds what is due, and a veto counts in it', async () => {
    const held = await proposals(house, solo.caller).admission();
    const stopped = await proposals(house, solo.caller).admission();
    const at = plus(now(), 24 * HOUR_MS);
    house.clock.set(at);
    const reading = { wall: at, jumped: true, starting: false, database: async () => at };
    await guardClock(house.context, reading);
    await vetoAnnounced(house.context, solo.caller, stopped as string as AnnouncedId, at);
    await doDue(house.context, plus(at, DAY_MS));
    assert.equal((await rowOf(house, 'admission', held)).how, null);
    assert.deepEqual(await endsOf(house, stopped), ['vetoed']);
    await assert.rejects(proposals(house, solo.caller).admission(), { code: 'CLOCK_DOUBT' });
  });
});

test('what cannot be put in force any more is void, and holds up nothing beside it', async () => {
  const house = await vetoHouse((act) => act === 'late_artifact');
  const { context, clock, author } = house;
  try {
    await twoOfficers(house, 0);
    const { alert, firstWave, disclosureAt } = await smallAlert(house);
    await pass(house, firstWave);
    clock.set(plus(disclosureAt, -HOUR_MS));
    const { addition } = await proposeAddition(context, author, alert, NOTE, clock.now());
    await pass(house, disclosureAt);
    assert.ok(await readSealedKey(context, alert), 'the mark key is away before the wait is over');
    const next = await smallAlert(house);
    await pass(house, next.firstWave);
    assert.deepEqual(await endsOf(house, addition), ['void']);
    const [wave] = (await readAlert(context, next.alert)).waves;
    assert.equal(wave?.state, 'done');
    await assertInvariants(house);
  } finally {
    await house.tearDown();
  }
});

describe('a choice of forms', () => {
  test('that an act does not admit is refused with the reason, at the edge', async () => {
    const house = await openHouse();
    const edge = openEdge(house);
    const { token } = await person(house, 'Chooses', ['manager']);
    try {
      const path = `/v1/programmes/${house.programme}/second-person`;
      type Shown = {
        forms: { act: string; admits: { form: string; refused: string | null }[] }[];
      };
      const { forms } = json<Shown>(await edge.get(path, token));
      assert.equal(forms.length, SECOND_PERSON_ACTS.length);
      for (const { act, admits } of forms) {
        for (const { form, refused } of admits) {
          if (refused === null) continue;
          const seen = await edge.post(path, { act, form, hours: 24 }, { token });
          assert.equal(seen.status, 400, `${act} ${form}`);
          assert.match(json<{ detail: string }>(seen).detail, /since/);
        }
      }
    } finally {
      await house.tearDown();
    }
  });

  test('is void when another was made of the same act since', async () => {
    const house = await openHouse();
    const { context, author, approver, programme } = house;
    try {
      const now = house.clock.now();
      const wanted = { act: 'policy', ...VETO } as const;
      const first = await proposeForm(context, author, programme, wanted, now);
      await choose(house, 'policy', { form: 'one_then_veto', hours: 2 });
      const stated = { decision: 'confirm', digest: first.digest } as const;
      await assert.rejects(decideForm(context, approver, first.change, stated, now), {
        code: 'APPROVAL_VOID',
      });
    } finally {
      await house.tearDown();
    }
  });

  test('of the time for a confirmation is what a suspension is given', async () => {
    const house = await openHouse();
    try {
      await choose(house, 'standing_down', { form: 'one_then_confirm', hours: 5 });
      const firm = await admit(house, 'Down', { tier: 'entry' });
      const change = { to: 'suspended', reason: 'other' } as const;
      const { context, approver, programme } = house;
      const at = house.clock.now();
      const taken = await changeStanding(context, approver, programme, firm, change, at);
      assert.equal(taken.confirmBy, plus(at, 5 * HOUR_MS));
    } finally {
      await house.tearDown();
    }
  });
});
