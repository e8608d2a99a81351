/**
 * The story of 2025: a programme changes the rule for firms that must report what they know to a
 * government. Its effect is shown before it is enacted, two persons enact it, and it holds at once.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId, ArtifactId, ParticipantId } from '../../src/domain/ids.ts';
import { plus } from '../../src/domain/instant.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { activateProposal, proposePolicy } from '../../src/programme/policy/change-policy.ts';
import type { PolicyComparison } from '../../src/programme/policy/compare-policies.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { type Edge, json, openEdge } from '../support/edge.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  person,
  REPORTS_TO_GOVERNMENT,
  readPack,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

const OLD = 'mapp-2024';
const BOUND = 12;

type Proposed = { proposal: string; digest: string; comparison: PolicyComparison };

describe('the rule of July 2025', () => {
  let house: House;
  let edge: Edge;
  let alert: AlertId;
  let rule: ArtifactId;
  let bound: ParticipantId[];
  let unknown: ParticipantId;
  let reader: TestReader;
  let proposed: Proposed;

  const fetch = (artifact: ArtifactId) =>
    serveCopy(house.context, reader.caller, { alert, artifact }, house.clock.now());

  before(async () => {
    house = await openHouse({ pack: OLD });
    edge = openEdge(house);
    bound = [];
    for (let n = 0; n < BOUND; n++) {
      const tier = (['validate', 'ans', 'entry'] as const)[n % 3] ?? 'entry';
      bound.push(await admit(house, `Bound ${n}`, { tier, duty: REPORTS_TO_GOVERNMENT }));
    }
    unknown = await admit(house, 'Silent', { tier: 'ans', duty: { status: 'unknown' } });
    for (let n = 0; n < 8; n++) await admit(house, `Free ${n}`, { tier: 'entry' });
    reader = await joinReader(house, bound[0] ?? unknown);
    const drafted = await draftExample(house);
    alert = drafted.alert;
    const [file, id] = [...drafted.artifacts].find(([name]) => name.endsWith('.yar')) ?? [];
    assert.ok(id, `a detection rule among ${[...drafted.artifacts.keys()]}, found ${file}`);
    rule = id;
    await approve(house, alert);
    // Two weeks before disclosure the first tier has its copies.
    house.clock.set(plus(T0, -10 * 86_400_000));
    await releaseDue(house.context, house.clock.now());
    assert.ok((await fetch(rule)).bytes.length > 0);
  });
  after(() => house.tearDown());

  test('its effect is shown: firms with the duty, those unknown apart, nobody else', async () => {
    const path = `/v1/programmes/${house.programme}/policy/proposals`;
    const { files } = await readPack('mapp');
    const answer = await edge.post(path, { pack: 'mapp', files }, { token: house.tokens.author });
    assert.equal(answer.status, 200, answer.body.toString());
    proposed = json<Proposed>(answer);
    const { effects, losing, gaining, lines, participants } = proposed.comparison;
    assert.deepEqual([participants, losing, gaining], [BOUND + 9, BOUND + 1, 0]);
    const firms = (reason: string) =>
      new Set(
        lines
          .filter(({ changes }) => changes.some((c) => String(c.after.reasons[0]) === reason))
          .map((line) => line.participant),
      );
    assert.deepEqual(firms('LEGAL_DUTY'), new Set(bound));
    assert.deepEqual(firms('DUTY_FACTS_UNKNOWN'), new Set([unknown]));
    const lost = effects.filter(
      ({ tier, kind, after: is }) => tier === 'entry' && kind === 'detection_rule' && is === 'deny',
    );
    // Four firms of the entry tier, two rules each: 24 hours of head start for every copy.
    assert.deepEqual(
      lost.map(({ participants: firmsLosing, headStartLostMs, artifacts }) => [
        firmsLosing,
        headStartLostMs / artifacts / 3_600_000,
      ]),
      [[4, 24]],
    );
  });

  test('nothing has changed by showing or proposing it', async () => {
    assert.ok((await fetch(rule)).bytes.length > 0);
  });

  test('whoever proposed it cannot enact it, under a second token either', async () => {
    const { proposal, digest } = proposed;
    const id = proposal as Parameters<typeof activateProposal>[2];
    await assert.rejects(
      activateProposal(house.context, house.author, id, digest, house.clock.now()),
      { code: 'SECOND_PERSON' },
    );
    const path = `/v1/policy-proposals/${proposal}/approval`;
    const denied = await edge.post(path, { digest }, { token: house.tokens.author });
    assert.equal(denied.status, 403);
  });

  test('an approval of what is no longer so is void: a firm was suspended meanwhile', async () => {
    const now = house.clock.now();
    const { context, approver, programme } = house;
    const last = bound.at(-1) ?? unknown;
    const change = { to: 'suspended', reason: 'other' } as const;
    await changeStanding(context, approver, programme, last, change, now);
    const path = `/v1/policy-proposals/${proposed.proposal}`;
    const old = { digest: proposed.digest };
    const token = house.tokens.approver;
    const refused = await edge.post(`${path}/approval`, old, { token });
    assert.equal(json<{ code: string }>(refused).code, 'APPROVAL_VOID');
    const shown = json<Proposed>(await edge.get(path, token));
    assert.equal(shown.comparison.losing, BOUND);
    proposed = shown;
  });

  test('a second person enacts it, and it holds at once for copies and inbox', async () => {
    const path = `/v1/policy-proposals/${proposed.proposal}/approval`;
    const { digest } = proposed;
    const answer = await edge.post(path, { digest }, { token: house.tokens.approver });
    assert.equal(answer.status, 200, answer.body.toString());
    await assert.rejects(fetch(rule), { code: 'NOT_FOUND' });
    const inbox = await edge.get('/v1/inbox', reader.token);
    assert.deepEqual(json<{ items: unknown[] }>(inbox).items, []);
    const again = await edge.post(path, { digest }, { token: house.tokens.approver });
    assert.equal(json<{ code: string }>(again).code, 'CONFLICT');
  });

  test('the wave of the change and later ones give each its due; the ledger is whole', async () => {
    await releaseDue(house.context, house.clock.now());
    await assert.rejects(fetch(rule), { code: 'NOT_FOUND' });
    house.clock.set(T0);
    await releaseDue(house.context, house.clock.now());
    const inbox = json<{ items: { artifacts?: unknown[] }[] }>(
      await edge.get('/v1/inbox', reader.token),
    );
    assert.equal(inbox.items.length, 1);
    await assertInvariants(house);
  });
});

describe('somebody without Cedar changes one word of a table', () => {
  let house: House;
  let alert: AlertId;
  before(async () => {
    house = await openHouse();
    await admit(house, 'Entry', { tier: 'entry' });
    ({ alert } = await draftExample(house));
    await approve(house, alert);
    house.clock.set(plus(T0, -36 * 3_600_000));
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());

  test('entry 24 h → 48 h: what it gains is shown, and nobody eligible waits', async () => {
    const pack = await readPack('mapp');
    const table = pack.files['programme.yaml']?.replace('entry: 24h', 'entry: 48h') ?? '';
    const policy = { pack: 'mapp', files: { ...pack.files, 'programme.yaml': table } };
    const { context, author, programme, clock } = house;
    // What a programme has closed over the years, before it in the order of ids.
    await context.store.issuer((tx) =>
      sql`insert into alert (id, programme_id, author_id, state, disclosure_at, opens_at, tlp,
          use_permissions, head_enc, version, created_at)
        select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, programme_id,
          author_id, 'closed', created_at, '{}', tlp, use_permissions, head_enc, 1, created_at
        from alert, generate_series(1, 1100) as n`.execute(tx),
    );
    const shown = await proposePolicy(context, author, programme, policy, clock.now());
    const { gaining, losing, effects } = shown.comparison;
    assert.deepEqual([shown.comparison.alerts, gaining, losing], [1, 1, 0]);
    await context.store.issuer((tx) => sql`delete from alert where state = 'closed'`.execute(tx));
    for (const { tier, reason, headStartLostMs, artifacts } of effects) {
      // It would have opened at T0 − 48 h; 36 h are left.
      assert.deepEqual(
        [tier, reason, headStartLostMs / artifacts / 3_600_000],
        ['entry', 'TOO_EARLY', -12],
      );
    }
    const { caller } = await person(house, 'Second', ['approver']);
    const { proposal, digest } = shown;
    await activateProposal(context, caller, proposal, digest, clock.now());
    const rows = await grants(house);
    assert.equal(rows, 0);
    await releaseDue(context, clock.now());
    assert.equal(await grants(house), 1);
    await assertInvariants(house);
  });
});

describe('a policy that opens one artifact and closes another', () => {
  let house: House;
  before(async () => {
    house = await openHouse({ pack: await packWith('poc', 'never') });
    await admit(house, 'Validator', { tier: 'validate' });
    await approve(house, (await draftExample(house)).alert);
    house.clock.set(plus(T0, -13 * 86_400_000));
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());

  /** The pack `mapp` in which the tier `validate` gets a kind never, or with its lead. */
  async function packWith(kind: string, cell: string) {
    const pack = await readPack('mapp');
    const row = new RegExp(`(${kind}: +{validate: )lead`);
    const table = pack.files['programme.yaml']?.replace(row, `$1${cell}`) ?? '';
    assert.notEqual(table, pack.files['programme.yaml']);
    return { pack: 'mapp', files: { ...pack.files, 'programme.yaml': table } };
  }

  async function enact(fresh: Awaited<ReturnType<typeof packWith>>) {
    const { context, author, approver, programme, clock } = house;
    const shown = await proposePolicy(context, author, programme, fresh, clock.now());
    clock.set(plus(clock.now(), 1000));
    await activateProposal(context, approver, shown.proposal, shown.digest, clock.now());
    await releaseDue(context, clock.now());
  }

  async function notices(): Promise<number | undefined> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ notices: number }>`select count(*) as notices from notice
        where kind = 'something_waits'`.execute(tx),
    );
    return rows[0]?.notices;
  }

  test('as many artifacts as before, but others: granted and told', async () => {
    assert.equal(await grants(house), 1);
    await enact(await packWith('advisory', 'never'));
    assert.deepEqual([await grants(house), await notices()], [2, 2]);
    await assertInvariants(house);
  });

  test('fewer than before: granted as it is now, and nobody is told of anything', async () => {
    const { pack, files } = await packWith('advisory', 'never');
    const table = (files['programme.yaml'] ?? '').replace(/(poc: +{validate: )lead/, '$1never');
    await enact({ pack, files: { ...files, 'programme.yaml': table } });
    assert.deepEqual([await grants(house), await notices()], [3, 2]);
    await enact(await packWith('advisory', 'never'));
    assert.deepEqual([await grants(house), await notices()], [4, 3], 'opened again, it is news');
    await assertInvariants(house);
  });
});

async function grants(house: House): Promise<number> {
  return house.context.store.issuer(async (tx) => {
    const found = await tx.selectFrom('release_grant').selectAll().execute();
    return found.length;
  });
}
