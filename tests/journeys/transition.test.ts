/** Members that a programme brought with it are served for a time on facts not shown yet. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { run } from '../../src/cli/program.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import type { ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, formatInstant, type Instant, plus } from '../../src/domain/instant.ts';
import { planAlert } from '../../src/programme/alert/plan-alert.ts';
import type { Waiting } from '../../src/programme/member/member-change.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, fetchFrom, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  confirmed,
  enrolment,
  type House,
  joinReader,
  openHouse,
  restate,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { quietWorld } from '../support/quiet-world.ts';
import { smallAlert } from '../support/small-alert.ts';

describe('a transition grant', () => {
  let house: House;
  let edge: Edge;
  let one: string;
  let two: string;
  let small: Awaited<ReturnType<typeof smallAlert>>;
  let firm: ParticipantId;
  let reader: TestReader;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    one = house.tokens.author;
    two = house.tokens.approver;
    small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await releaseDue(house.context, house.clock.now());
  });
  after(() => house.tearDown());
  beforeEach(async ({ name }) => {
    house.clock.set(small.firstWave);
    const bare = { tier: 'validate', agreement: null } as const;
    firm = await admit(house, `Firm of: ${name}`.slice(0, 190), bare);
    reader = await joinReader(house, firm);
  });

  const programme = () => `/v1/programmes/${house.programme}`;
  const inDays = (days: number): Instant => plus(house.clock.now(), days * DAY_MS);
  const propose = (change: object = {}): Promise<Seen> =>
    edge.post(
      `${programme()}/transition-grants`,
      {
        participants: [firm],
        accepts: ['agreement'],
        expiresAt: formatInstant(inDays(3)),
        reason: 'It signed the list’s terms in 2019; the new agreement is with its counsel.',
        ...change,
      },
      { token: one },
    );
  const waiting = async (change: object = {}): Promise<Waiting> => {
    const seen = await propose(change);
    assert.equal(seen.status, 201, seen.body.toString());
    return json<{ proposal: Waiting }>(seen).proposal;
  };
  const decide = ({ change, digest }: Waiting, token: string): Promise<Seen> =>
    edge.post(`/v1/member-changes/${change}/decision`, { decision: 'confirm', digest }, { token });
  const served = async (): Promise<boolean> => {
    const url = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    const { status } = await edge.get(url, reader.token);
    assert.ok(status === 200 || status === 404, `${status}`);
    return status === 200;
  };
  const line = async () => {
    const { lines } = await planAlert(house.context, small.alert);
    const found = lines.find(({ participant }) => participant === firm);
    assert.ok(found);
    return found;
  };
  const granted = async (change: object = {}): Promise<void> =>
    confirmed(house, await waiting(change));

  test('opens by two persons, and lapses to the millisecond with its own reason', async () => {
    assert.equal(await served(), false);
    const proposal = await waiting();
    assert.equal(json<{ code: string }>(await decide(proposal, one)).code, 'SECOND_PERSON');
    assert.equal(await served(), false);
    const end = inDays(3);
    assert.equal((await decide(proposal, two)).status, 200);
    assert.equal(await served(), true);
    const { transition, artifacts } = await line();
    assert.deepEqual([transition?.accepts, transition?.expiresAt], [['agreement'], end]);
    assert.deepEqual(artifacts[0]?.steps.at(-1), {
      at: end,
      outcome: 'deny',
      reasons: ['TRANSITION_LAPSED', 'AGREEMENT_NOT_IN_FORCE'],
    });
    house.clock.set(plus(end, -1));
    assert.equal(await served(), true);
    house.clock.set(end);
    assert.equal(await served(), false);
    await assertInvariants(house);
  });

  test('never stands in for duties, nor for what the policy does not know', async () => {
    for (const fact of ['duty', 'criterion:duty', 'consent', 'criterion:famous']) {
      const seen = json<{ code: string; field: string }>(await propose({ accepts: [fact] }));
      assert.deepEqual([seen.code, seen.field], ['INVALID_INPUT', 'accepts[0]'], fact);
    }
    const unknown: Partial<Enrolment> = { duty: { status: 'unknown' } };
    await restate(house, firm, enrolment({ tier: 'validate', agreement: null, ...unknown }));
    await granted();
    assert.equal(await served(), false, 'its duties are unknown');
    const { artifacts } = await line();
    assert.deepEqual(artifacts[0]?.steps[0]?.reasons, ['DUTY_FACTS_UNKNOWN']);
  });

  test('lasts at most 90 days, by the program and by the database', async () => {
    for (const days of [0, -1, 91]) {
      const seen = await propose({ expiresAt: formatInstant(inDays(days)) });
      assert.equal(json<{ field: string }>(seen).field, 'expiresAt', `${days}`);
    }
    assert.equal((await propose({ expiresAt: formatInstant(inDays(90)) })).status, 201);
    const long = JSON.stringify({ accepts: ['agreement'], from: 0, expiresAt: 91 * DAY_MS });
    await assert.rejects(
      house.context.store.issuer((tx) =>
        sql`update enrolment set transition = ${long}::jsonb
          where participant_id = ${firm}`.execute(tx),
      ),
      /23514/,
    );
  });

  test('an agreement that has ended is known to have, and nothing stands in for it', async () => {
    await granted();
    assert.equal(await served(), true);
    const { agreement } = enrolment();
    assert.ok(agreement);
    const ended = { ...agreement, expiresAt: house.clock.now() };
    await restate(house, firm, enrolment({ tier: 'validate', agreement: ended }));
    assert.equal(await served(), false);
  });

  test('facts that are shown outlast it', async () => {
    await granted({ expiresAt: formatInstant(inDays(1)) });
    await restate(house, firm, enrolment({ tier: 'validate' }));
    house.clock.set(inDays(1));
    assert.equal(await served(), true);
  });

  test('one person ends it, at once', async () => {
    await granted();
    assert.equal(await served(), true);
    const end = `${programme()}/participants/${firm}/transition/end`;
    const seen = await edge.post(end, {}, { token: one });
    assert.deepEqual(json(seen), { ended: true });
    assert.equal(await served(), false);
    assert.deepEqual(json(await edge.post(end, {}, { token: one })), { ended: false });
  });

  test('one that nobody confirmed before its end is not put in force', async () => {
    const proposal = await waiting({ expiresAt: formatInstant(inDays(1)) });
    house.clock.set(inDays(1));
    assert.equal(json<{ code: string }>(await decide(proposal, two)).code, 'CONFLICT');
  });

  test('the plan and the command say it; why is nobody’s to read in the database', async () => {
    const tocsin = async (token: string, ...args: string[]) => {
      const world = quietWorld({ env: { TOCSIN_TOKEN: token }, fetch: fetchFrom(edge) });
      await run(args, world);
      assert.equal(world.status(), 0, world.stderr());
      return { out: world.stdout(), err: world.stderr() };
    };
    const until = formatInstant(inDays(5));
    const facts = ['--accept', 'agreement', '--until', until, '--reason', 'Counsel has it'];
    const made = await tocsin(one, 'participant', 'transition', firm, ...facts);
    const [, change = '', digest = ''] = /approve-change (\S+) --digest (\S+)/.exec(made.err) ?? [];
    const shown = await tocsin(two, 'participant', 'show-change', change);
    assert.match(shown.out, /taken for shown +agreement\nuntil +\S+\nbecause +Counsel has it\n/);
    await tocsin(two, 'participant', 'approve-change', change, '--digest', digest);
    const plan = await tocsin(two, 'alert', 'plan', small.alert);
    assert.match(
      plan.out,
      new RegExp(`Facts taken for shown.*\\n(?:.*\\n)*.*: agreement, until ${until}`),
    );
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ all: string }>`select encode(change_enc, 'escape') as all from member_change
        union all select transition::text from enrolment where transition is not null
        union all select coalesce(issuer_body, '') from event`.execute(tx),
    );
    assert.ok(rows.every(({ all }) => !all.includes('Counsel')));
    await tocsin(one, 'participant', 'end-transition', firm);
  });
});
