/** What one person announces of members takes effect after its wait; what fails holds up nobody. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { TocsinError } from '../../src/domain/errors.ts';
import type { AnnouncedId } from '../../src/domain/ids.ts';
import { HOUR_MS, plus } from '../../src/domain/instant.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { listWorkItems } from '../../src/programme/alert/work-items.ts';
import { proposeParticipant } from '../../src/programme/member/admit-participant.ts';
import { importMembers } from '../../src/programme/member/import-members.ts';
import { proposeRegister, readRegister } from '../../src/programme/member/register.ts';
import { proposeTerms, readTerms } from '../../src/programme/member/terms.ts';
import { vetoAnnounced } from '../../src/programme/people/announce.ts';
import { authenticate } from '../../src/programme/people/people.ts';
import { readSecondPerson } from '../../src/programme/people/second-person.ts';
import { proposePolicy } from '../../src/programme/policy/change-policy.ts';
import { json } from '../support/edge.ts';
import { choose } from '../support/forms.ts';
import {
  admit,
  enrolment,
  type House,
  joinReader,
  openHouse,
  person,
  readPack,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { APPLICATION, joiningPack, stranger } from '../support/joining.ts';
import { STATED_TERMS } from '../support/terms.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const VETO = { form: 'one_then_veto', hours: 1 } as const;
const STATED = {
  ...{ status: 'stated', duties: [], provenance: 'attested' },
  expiresAt: '2027-01-01T00:00:00Z',
};

/** One cycle when all that is announced has waited long enough. */
async function waited(house: House) {
  house.clock.set(plus(house.clock.now(), HOUR_MS));
  return house.cycle();
}

async function open({ context, programme }: House): Promise<readonly string[]> {
  return (await readSecondPerson(context, programme)).announced.map(({ id }) => id);
}

describe('announced by one manager', () => {
  let house: House;
  let sides: TwoSides;
  let sponsor: TestReader;
  let alone: Awaited<ReturnType<typeof person>>;
  before(async () => {
    house = await openHouse({ pack: await joiningPack() });
    sides = await openTwoSides(house);
    sponsor = await joinReader(house, await admit(house, 'Sponsor', { tier: 'validate' }));
    alone = await person(house, 'Manages alone', ['manager']);
    for (const act of ['admission', 'terms', 'register', 'import'] as const) {
      await choose(house, act, VETO);
    }
  });
  after(async () => {
    await sides.tearDown();
    await house.tearDown();
  });

  const post = async (url: string, body: object, token = alone.token) => {
    const seen = await sides.edge.post(url, body, { token });
    return { status: seen.status, code: json<{ code?: string }>(seen).code };
  };
  const apply = async (name: string) => {
    house.clock.set(plus(house.clock.now(), HOUR_MS));
    const url = `/v1/public/programmes/${house.programme}/applications`;
    const seen = await stranger(sides, url, { ...APPLICATION, name });
    return json<{ application: string; code: string }>(seen);
  };
  const announce = (application: string, decision: 'accept' | 'refuse') =>
    post(`/v1/applications/${application}/proposals`, {
      ...{ decision, reason: 'So it is.', tier: null, consentMode: 'standing', duty: STATED },
    });
  const view = async (application: string) =>
    json<{ state: string; content: { answers: { criterion: string; digest: string }[] } }>(
      await sides.edge.get(`/v1/applications/${application}`, alone.token),
    );

  test('a refusal of an application; who announced it hears no appeal', async () => {
    const { application, code } = await apply('Refused');
    assert.equal((await announce(application, 'refuse')).status, 201);
    assert.deepEqual((await waited(house)).failed, []);
    assert.equal((await view(application)).state, 'refused');
    assert.deepEqual(await open(house), []);
    await stranger(sides, '/v1/application/appeal', { text: 'But.' }, code);
    const url = `/v1/applications/${application}/appeal/decision`;
    const dismissed = { outcome: 'dismissed', reason: 'Stands.' };
    assert.equal((await post(url, dismissed)).code, 'SECOND_PERSON');
    assert.equal((await post(url, dismissed, house.tokens.approver)).status, 200);
  });

  test('an acceptance of one, as it is by then', async () => {
    const { application } = await apply('Accepted');
    const vouch = `/v1/applications/${application}/vouch`;
    await sides.edge.post(vouch, { name: 'Accepted' }, { by: sponsor });
    const { answers } = (await view(application)).content;
    const digest = answers.find(({ criterion }) => criterion === 'track_record')?.digest;
    const check = { criterion: 'track_record', as: 'reviewer', expiresAt: null, reason: null };
    await post(`/v1/applications/${application}/checks`, { ...check, digest });
    assert.equal((await announce(application, 'accept')).status, 201);
    assert.deepEqual((await waited(house)).failed, []);
    assert.equal((await view(application)).state, 'accepted');
    await assertInvariants(house);
  });

  test('terms, a register and a list', async () => {
    const { context, programme, clock } = house;
    const by = [context, alone.caller, programme] as const;
    await proposeTerms(...by, STATED_TERMS, clock.now());
    await proposeRegister(...by, 'members', clock.now());
    const bytes = Buffer.from('name,tier\nListed,ans\n');
    await importMembers(...by, { format: 'csv', bytes, tier: null }, clock.now());
    assert.equal((await open(house)).length, 3);
    assert.deepEqual((await waited(house)).failed, []);
    assert.deepEqual(await open(house), []);
    assert.equal((await readTerms(context, programme)).length, 1);
    const names = (await readRegister(context, programme)).map(({ name }) => name);
    assert.ok(names.includes('Accepted') && names.includes('Listed'));
    await assertInvariants(house);
  });
});

test('one that fails is told by its code, and the cycle goes on to its end', async () => {
  let failing = true;
  const house = await openHouse({
    reached: async (point) => {
      if (point !== 'announced.concluded' || !failing) return;
      failing = false;
      throw new TocsinError('INTERNAL', 'a fault of ours');
    },
  });
  const { context, programme, clock, author, tokens } = house;
  try {
    await choose(house, 'admission', VETO);
    for (const name of ['First', 'Second']) {
      const input = { name, enrolment: enrolment() };
      await proposeParticipant(context, author, programme, input, clock.now());
    }
    await authenticate(context, tokens.approver, plus(clock.now(), HOUR_MS));
    assert.deepEqual((await waited(house)).failed, ['INTERNAL']);
    const { rows } = await context.store.issuer((tx) =>
      sql<{ used: number }>`select count(*)::int as used from token
        where used_at = ${new Date(clock.now())}`.execute(tx),
    );
    assert.equal(rows[0]?.used, 1, 'the use of the token is written');
    const [left, ...others] = await open(house);
    assert.ok(left);
    assert.deepEqual(others, []);
    // Whoever looks at the list ends it; else the next cycle tries again.
    failing = true;
    assert.deepEqual((await house.cycle()).failed, ['INTERNAL']);
    await vetoAnnounced(context, house.approver, left as AnnouncedId, clock.now());
    assert.deepEqual((await house.cycle()).failed, []);
    await assertInvariants(house);
  } finally {
    await house.tearDown();
  }
});

test('one person announces twenty at once and no more, so that none is off the list', async () => {
  const house = await openHouse();
  const { context, programme, clock, author, approver } = house;
  const announce = (who: PersonCaller, name: string) => {
    const input = { name, enrolment: enrolment() };
    return proposeParticipant(context, who, programme, input, clock.now());
  };
  const full = { code: 'LIMIT_EXCEEDED', message: /fewer than 20 of one person .* found 20/ };
  try {
    await choose(house, 'admission', VETO);
    await choose(house, 'policy', VETO);
    const asked = Array.from({ length: 24 }, (_, n) => announce(author, `Decoy ${n}`));
    const came = await Promise.allSettled(asked);
    assert.equal(came.filter(({ status }) => status === 'fulfilled').length, 20);
    await assert.rejects(announce(author, 'The one'), full);
    // Where nothing else makes them wait for one another.
    const policy = await readPack('mapp-2024');
    await assert.rejects(proposePolicy(context, author, programme, policy, clock.now()), full);
    const { proposal } = await announce(approver, 'Of another');
    const listed = await listWorkItems(context, programme, clock.now());
    const effects = listed.filter(({ code }) => code === 'TAKES_EFFECT').map(({ id }) => id);
    assert.equal(effects.length, 21);
    assert.ok(effects.includes(proposal.change));
    const own = (await readSecondPerson(context, programme)).announced.find(
      ({ proposer }) => proposer === author.id,
    );
    assert.ok(own);
    await vetoAnnounced(context, approver, own.id, clock.now());
    await announce(author, 'In its place');
    await waited(house);
    assert.deepEqual(await open(house), []);
    await announce(author, 'Once they took effect');
  } finally {
    await house.tearDown();
  }
});
