/** What Tocsin runs on may be compromised: declared by one person, over when two have said so. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import { putInForce } from '../../src/programme/policy/change-policy.ts';
import { compileFiles } from '../../src/programme/policy-shelf.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { factsFingerprint } from '../../src/store/policy-store.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  readPack,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { smallAlert } from '../support/small-alert.ts';

/** [R67] As in `examples/packs/cra`, and one kind of severe alert that fewer get. */
const RULES = `
@id("platform") @reason("PLATFORM_COMPROMISED") @outcome("hold")
forbid (principal, action, resource is Artifact)
when { context.platform == Platform::"compromised" };
@id("severe") @reason("KIND_WITHHELD")
forbid (principal is Participant, action, resource is Artifact)
when { principal.tier == Tier::"ans" && context.alert.severity == Severity::"critical" };
`;

type Small = Awaited<ReturnType<typeof smallAlert>>;

describe('a platform that may be compromised', () => {
  let house: House;
  let edge: Edge;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    reader = await joinReader(house, await admit(house, 'Firm', { tier: 'validate' }));
  });
  after(() => house.tearDown());
  afterEach(() => assertInvariants(house));

  const enact = async (rules: string) => {
    const { files } = await readPack('mapp');
    const policy = {
      pack: 'held',
      files: { ...files, 'rules.cedar': files['rules.cedar'] + rules },
    };
    const act = { programme: house.programme, actor: SYSTEM, at: house.clock.now() };
    const compiled = compileFiles(policy.files);
    await house.context.store.issuer((tx) => putInForce(house.context, tx, act, compiled, policy));
    await house.cycle();
  };
  const say = (state: string, token: string): Promise<Seen> =>
    edge.post(`/v1/programmes/${house.programme}/platform`, { state }, { token });
  const said = async (state: string, token: string) => json<object>(await say(state, token));
  const fetchCopy = (small: Small) =>
    serveCopy(house.context, reader.caller, small, house.clock.now());
  const events = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from event
        where type = 'platform_changed'`.execute(tx),
    );
    return rows[0]?.n;
  };
  const held = async () => {
    const path = `/v1/programmes/${house.programme}/work-items`;
    const { items } = json<{ items: { code: string }[] }>(
      await edge.get(path, house.tokens.approver),
    );
    return items.filter(({ code }) => code === 'PLATFORM_COMPROMISED').length;
  };
  const isPublic = async ({ alert }: Small) => {
    const { items } = await readPublicAlerts(house.context, null, 50, house.clock.now());
    return items.some(({ id }) => id === alert);
  };

  test('says so where no rule turns on it, and nothing is held then', async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const { author, approver } = house.tokens;
    assert.equal((await say('sound', author)).status, 409, 'it is sound');
    assert.deepEqual(await said('compromised', author), { state: 'compromised', ruled: false });
    assert.ok((await fetchCopy(small)).bytes.length > 0);
    await say('sound', author);
    assert.deepEqual(await said('sound', approver), { state: 'sound', ruled: false });
    await enact(RULES);
  });

  test('[R67] one person stops every channel, and two open them again', async () => {
    const { author, approver } = house.tokens;
    house.clock.set(plus(house.clock.now(), 1));
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    const [before, print] = [await events(), () => printOf()];
    const sound = await print();
    assert.deepEqual(await said('compromised', author), { state: 'compromised', ruled: true });
    assert.equal(await events(), (before ?? 0) + 1);
    assert.notEqual(await print(), sound, 'a policy is not approved over other facts');
    assert.equal((await say('compromised', approver)).status, 409, 'once');
    await house.cycle();
    await assert.rejects(fetchCopy(small), { code: 'NOT_FOUND' });
    assert.deepEqual(json(await edge.get('/v1/inbox', reader.token)), { items: [], next: null });
    assert.ok((await held()) > 0, 'what a wave held is asked of a person');
    const { waves } = await planAlert(house.context, small.alert);
    assert.deepEqual(
      waves.map(({ allowed }) => allowed),
      waves.map(() => 0),
    );

    assert.deepEqual(await said('sound', author), { state: 'compromised', ruled: true });
    assert.equal(json<{ code: string }>(await say('sound', author)).code, 'SECOND_PERSON');
    await assert.rejects(fetchCopy(small), { code: 'NOT_FOUND' });
    await say('compromised', approver);
    await say('sound', author);
    assert.equal((await say('sound', author)).status, 403, 'taken back, it was said anew');
    assert.equal(await events(), (before ?? 0) + 1);
    assert.deepEqual(await said('sound', approver), { state: 'sound', ruled: true });
    assert.equal(await events(), (before ?? 0) + 2);
    assert.equal(await held(), 0);
    await house.cycle();
    assert.ok((await fetchCopy(small)).bytes.length > 0, 'in a wave of that moment');
  });

  test('T0 comes in the meantime: nothing is public until it is over', async () => {
    const { author, approver } = house.tokens;
    const small = await smallAlert(house);
    await say('compromised', approver);
    house.clock.set(small.disclosureAt);
    await house.cycle();
    assert.equal(await isPublic(small), false);
    house.clock.set(plus(house.clock.now(), DAY_MS));
    await say('sound', approver);
    await say('sound', author);
    await house.cycle();
    assert.equal(await isPublic(small), true);
  });

  test('what opens more waits for a second person, held or not', async () => {
    const { author, approver } = house.tokens;
    await admit(house, 'Network', { tier: 'ans' });
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const assess = async (severity: string) => {
      const body = {
        ...{ severity, vector: 'network', impacts: [], score: null },
        ...{ products: [], discovery: 'human' },
      };
      const path = `/v1/alerts/${small.alert}/assessment`;
      return json<{ proposal: object | null }>(await edge.post(path, body, { token: author }));
    };
    assert.equal((await assess('critical')).proposal, null);
    await say('compromised', approver);
    assert.notEqual((await assess('high')).proposal, null);
    await say('sound', author);
    await say('sound', approver);
  });

  test('the database itself refuses one person as both who end it', async () => {
    await say('compromised', house.tokens.author);
    const forged = house.context.store.issuer((tx) =>
      sql`update platform_incident set cleared_by = declared_by, confirmed_by = declared_by,
        cleared_at = declared_at where cleared_at is null`.execute(tx),
    );
    await assert.rejects(forged, /23514/);
  });

  async function printOf(): Promise<string> {
    return house.context.store.issuer((tx) => factsFingerprint(tx, house.programme));
  }
});
