/** The clock of a pack holds every date that is asked for, and each approval of one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId } from '../../src/domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { keepHead, NOTHING_SAID, readHead } from '../../src/programme/alert/alert-head.ts';
import { addArtifact } from '../../src/programme/alert/draft-alert.ts';
import { makePlan } from '../../src/programme/alert/plan-alert.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { alertById } from '../../src/store/alert-reader.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import { admit, BEFORE, type House, openHouse } from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';
import { timedPack } from '../support/timing-pack.ts';

const SECTION = `
  no_embargo_when: [public, exploited]
  embargo:
    from: first_post
    max: 12d
    warn_above: 10d
    min: 1d
    shorter_for: [extreme]
  final_text: 24h
`;

const SECRET = 'because Quillon Systems needs the Tuesday';

type Finding = { code: string; level: string; expected: object[]; found: string };
type Timing = {
  reasons: string[];
  accepted: { code: string; why: string; by: string }[];
  findings: Finding[];
};

describe('a date against the clock of its pack', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };

  before(async () => {
    house = await openHouse({ pack: await timedPack(SECTION) });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    await admit(house, 'Early', { tier: 'validate' });
    await admit(house, 'Late', { tier: 'entry' });
  });
  after(() => house.tearDown());

  const text = (at: Instant) => new Date(at).toISOString();

  function draft(disclosureAt: Instant, more: object = {}): Promise<Seen> {
    const body = { title: 'Small', tlp: 'AMBER', usePermissions: ['read'], ...more };
    const path = `/v1/programmes/${house.programme}/alerts`;
    return edge.post(path, { ...body, disclosureAt: text(disclosureAt) }, author);
  }

  /** A draft with something to release. */
  async function drafted(disclosureAt: Instant, more: object = {}): Promise<AlertId> {
    const answer = await draft(disclosureAt, more);
    assert.equal(answer.status, 201, answer.body.toString());
    const { alert } = json<{ alert: AlertId }>(answer);
    const artifact = {
      ...({ kind: 'advisory', variant: 'full', format: 'text', marking: 'none' } as const),
      ...{ name: 'a.txt', content: Buffer.from('Apply the update.\n'), sidecar: null },
      ...{ reducedBy: null, sourcePublishedAt: null },
    };
    await addArtifact(house.context, house.author, alert, null, artifact, house.clock.now());
    return alert;
  }

  async function planOf(alert: AlertId): Promise<{ digest: string; timing: Timing }> {
    const answer = await edge.get(`/v1/alerts/${alert}/plan`, approver.token);
    assert.equal(answer.status, 200, answer.body.toString());
    return json(answer);
  }

  async function approve(alert: AlertId, more: object = {}): Promise<Seen> {
    const { digest: plan } = await planOf(alert);
    return edge.post(`/v1/alerts/${alert}/approval`, { plan, ...more }, approver);
  }

  const happened = (alert: AlertId, body: object) =>
    edge.post(`/v1/alerts/${alert}/events`, body, author);

  async function count(from: string): Promise<number> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from ${sql.raw(from)}`.execute(tx),
    );
    return rows[0]?.n ?? -1;
  }

  async function accepted(alert: AlertId): Promise<string[]> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ said: string }>`
        select (issuer_body::json -> 'data' ->> 'code') || ' ' ||
          (issuer_body::json -> 'data' ->> 'as') as said
        from event where type = 'timing_accepted' and ${alert} = any(subjects)
        order by 1`.execute(tx),
    );
    return rows.map(({ said }) => said);
  }

  function refused(answer: Seen, ...codes: string[]): void {
    assert.equal(answer.status, 422, answer.body.toString());
    const problem = json<{ code: string; field: string; detail: string }>(answer);
    assert.deepEqual([problem.code, problem.field], ['TIMING_REFUSED', 'disclosureAt']);
    for (const code of codes) assert.ok(problem.detail.includes(code), problem.detail);
  }

  test('a T0 is refused by one millisecond either way, and then nothing is written', async () => {
    const written = async () => [
      await count('alert'),
      await count('event'),
      await count('wrapped_key'),
      await count('idempotency'),
    ];
    const before = await written();
    refused(await draft(plus(BEFORE, DAY_MS - 1)), 'MIN_EMBARGO (timing.embargo.min)');
    const most = text(plus(BEFORE, 12 * DAY_MS));
    const late = await draft(plus(BEFORE, 12 * DAY_MS + 1));
    refused(late, 'MAX_EMBARGO (timing.embargo.max)', `until ${most.replace('.000', '')}`);
    assert.deepEqual(await written(), before);
    assert.equal((await draft(plus(BEFORE, DAY_MS))).status, 201);
    assert.equal((await draft(plus(BEFORE, DAY_MS + 1))).status, 201);
    assert.equal((await draft(plus(BEFORE, 10 * DAY_MS))).status, 201);
  });

  test('a word of the pack lifts its rule, and no other word does', async () => {
    const short = plus(BEFORE, DAY_MS - 1);
    assert.equal((await draft(short, { reasons: ['holiday'] })).status, 400);
    const alert = await drafted(short, { reasons: ['extreme'] });
    const { timing } = await planOf(alert);
    assert.deepEqual(timing.reasons, ['extreme']);
    assert.deepEqual(codes(timing), ['FINAL_TEXT_OVERDUE']);
    assert.deepEqual(await accepted(alert), ['extreme reason']);
  });

  describe('a warning', () => {
    const long = plus(BEFORE, 10 * DAY_MS + 1);
    let alert: AlertId;

    test('needs a reason by its code, and one for what was not found is a mistake', async () => {
      refused(await draft(long), 'LONG_EMBARGO', '(or accept it with a reason)');
      const before = await count('event');
      for (const accept of [
        { LONG_EMBARGO: '  ' },
        { LONG_EMBARGO: SECRET.repeat(20) },
        { LONG_EMBARGO: SECRET, WEEKDAY: SECRET },
        { NOT_A_CODE: SECRET },
      ]) {
        const answer = await draft(long, { accept });
        assert.equal(answer.status, 400);
        assert.ok(!answer.body.includes('Quillon'), answer.body.toString());
      }
      assert.equal(await count('event'), before);
    });

    test('is accepted with one, which the plan shows with its author', async () => {
      alert = await drafted(long, { accept: { LONG_EMBARGO: SECRET } });
      const { timing } = await planOf(alert);
      const [one] = timing.accepted;
      assert.deepEqual([one?.code, one?.why, one?.by], ['LONG_EMBARGO', SECRET, house.author.id]);
      assert.deepEqual(codes(timing), ['LONG_EMBARGO']);
      assert.deepEqual(await accepted(alert), ['LONG_EMBARGO warn']);
    });

    test('the digest covers what was accepted, and not what is found', async () => {
      const { context } = house;
      const { digest } = await planOf(alert);
      await context.store.issuer(async (tx) => {
        const row = await alertById(tx, alert);
        assert.ok(row);
        const head = await readHead(context, tx, row);
        await keepHead(context, tx, alert, { ...head, timing: NOTHING_SAID });
        const without = await alertById(tx, alert);
        assert.ok(without);
        assert.notEqual((await makePlan(context, tx, without)).digest, digest);
        await keepHead(context, tx, alert, head);
      });
      house.clock.set(plus(BEFORE, HOUR_MS));
      const later = await planOf(alert);
      assert.deepEqual([later.digest, codes(later.timing)], [digest, []]);
      house.clock.set(BEFORE);
    });

    test('another T0 needs its own, and takes nothing over', async () => {
      const path = `/v1/alerts/${alert}/disclosure`;
      const { version } = await readAlert(house.context, alert);
      const to = (at: Instant, more: object = {}) =>
        edge.post(
          path,
          { disclosureAt: text(at), ...more },
          { ...author, ifMatch: `"${version}"` },
        );
      refused(await to(plus(long, 1)), 'LONG_EMBARGO');
      assert.equal((await readAlert(house.context, alert)).schedule.disclosureAt, long);
      assert.equal((await to(plus(long, -1))).status, 200);
      assert.deepEqual((await planOf(alert)).timing.accepted, []);
    });
  });

  describe('a hold', () => {
    const soon = plus(BEFORE, DAY_MS);

    test('waits for the person who approves, and for nobody else', async () => {
      const answer = await draft(soon, { accept: { FINAL_TEXT_OVERDUE: SECRET } });
      assert.equal(answer.status, 400);
      const alert = await drafted(soon);
      assert.deepEqual(codes((await planOf(alert)).timing), ['FINAL_TEXT_OVERDUE']);
      refused(await approve(alert), 'FINAL_TEXT_OVERDUE', 'as the person who approves');
      assert.equal(await count(`approval where alert_id = '${alert}'`), 0);
      const approved = await approve(alert, { accept: { FINAL_TEXT_OVERDUE: SECRET } });
      assert.equal(approved.status, 200, approved.body.toString());
      assert.deepEqual(await accepted(alert), ['FINAL_TEXT_OVERDUE hold']);
      const [one] = (await planOf(alert)).timing.accepted;
      assert.deepEqual([one?.why, one?.by], [SECRET, house.approver.id]);
    });

    test('is none a millisecond later, or once the text was sent in time', async () => {
      const alert = await drafted(plus(soon, 1));
      assert.deepEqual(codes((await planOf(alert)).timing), []);
      const sent = await drafted(soon);
      assert.equal((await happened(sent, { kind: 'final_text' })).status, 200);
      assert.deepEqual(codes((await planOf(sent)).timing), []);
      assert.equal((await approve(sent)).status, 200);
      assert.equal((await readAlert(house.context, sent)).dates.finalTextAt, BEFORE);
      assert.equal((await happened(sent, { kind: 'final_text' })).status, 409, 'known as early');
    });
  });

  describe('an emergency', () => {
    const isPublic = async (alert: AlertId) =>
      (await readPublicAlerts(house.context, null, 50, house.clock.now())).items.some(
        ({ id }) => id === alert,
      );

    test('is saved whatever the clock says, and can only be published at once', async () => {
      const hour = plus(BEFORE, HOUR_MS);
      refused(await draft(hour), 'MIN_EMBARGO');
      const alert = await drafted(hour, { emergency: 'exploited' });
      assert.deepEqual(await accepted(alert), [
        'FINAL_TEXT_OVERDUE set_aside',
        'MIN_EMBARGO set_aside',
      ]);
      assert.equal((await happened(alert, { kind: 'exploited' })).status, 200);
      refused(await approve(alert), 'MIN_EMBARGO', 'NO_EMBARGO_POSSIBLE');
      assert.equal(await isPublic(alert), false);
      const answer = await approve(alert, { emergency: 'exploited' });
      assert.equal(answer.status, 200, answer.body.toString());
      await releaseDue(house.context, house.clock.now());
      assert.equal(await isPublic(alert), true);
      assert.ok((await accepted(alert)).includes('NO_EMBARGO_POSSIBLE set_aside'));
      assert.equal(await count(`event where type = 'break_glass'`), 1);
      const path = `/v1/alerts/${alert}/publication/confirmation`;
      assert.equal((await edge.post(path, {}, approver)).status, 403, 'who published');
      assert.equal((await edge.post(path, {}, author)).status, 200);
      assert.equal((await readAlert(house.context, alert)).schedule.disclosureAt, BEFORE);
    });

    test('what is public has no embargo to hold: it is drafted and approved as ever', async () => {
      const happened = [{ kind: 'public', at: text(plus(BEFORE, -HOUR_MS)) }];
      const alert = await drafted(plus(BEFORE, HOUR_MS), { happened });
      assert.equal((await approve(alert)).status, 200);
      await releaseDue(house.context, house.clock.now());
      assert.equal(await isPublic(alert), true);
    });

    test('is never what an approved alert is asked about', async () => {
      const alert = await drafted(plus(BEFORE, 2 * DAY_MS));
      assert.equal((await approve(alert)).status, 200);
      const path = `/v1/alerts/${alert}/publication`;
      assert.equal((await edge.post(path, { reason: 'exploited' }, author)).status, 200);
      await releaseDue(house.context, house.clock.now());
      assert.equal(await isPublic(alert), true);
      await assertInvariants(house);
    });
  });

  describe('a T0 that moves under way', () => {
    const told = plus(BEFORE, DAY_MS);
    const first = plus(told, 5 * DAY_MS);
    const last = plus(told, 12 * DAY_MS);
    type Move = { proposal: string; digest: string; timing: Timing };
    let alert: AlertId;
    let move: Move;

    const propose = (at: Instant, more: object = {}) =>
      edge.post(
        `/v1/alerts/${alert}/disclosure/proposals`,
        { disclosureAt: text(at), ...more },
        author,
      );
    const approveIt = (more: object = {}) =>
      edge.post(
        `/v1/disclosure-proposals/${move.proposal}/approval`,
        { digest: move.digest, ...more },
        approver,
      );
    const proposals = () => count(`disclosure_proposal where alert_id = '${alert}'`);

    before(async () => {
      house.clock.set(told);
      alert = await drafted(first);
      assert.equal((await happened(alert, { kind: 'final_text' })).status, 200);
      assert.equal((await approve(alert)).status, 200);
      await releaseDue(house.context, told);
      assert.equal(await count(`release_grant where alert_id = '${alert}'`), 1);
      house.clock.set(plus(told, 1_000));
    });

    test('is counted from when the first were told, to the millisecond', async () => {
      const accept = { LONG_EMBARGO: SECRET };
      refused(await propose(plus(last, 1), { accept }), 'MAX_EMBARGO');
      refused(await propose(last), 'LONG_EMBARGO');
      assert.equal(await proposals(), 0);
      const answer = await propose(last, { accept });
      assert.equal(answer.status, 200, answer.body.toString());
      move = json<Move>(answer);
      assert.deepEqual(
        [codes(move.timing), move.timing.accepted[0]?.why],
        [['LONG_EMBARGO'], SECRET],
      );
    });

    test('an earlier date that somebody asked for wins over it', async () => {
      const answer = await propose(plus(first, HOUR_MS));
      assert.equal(answer.status, 200, answer.body.toString());
      const earlier = json<Move>(answer);
      refused(await approveIt(), 'SHORTER_PROPOSED');
      house.clock.set(plus(told, 2_000));
      move = earlier;
    });

    test('is approved with what is found by then, and tells the list anew', async () => {
      const answer = await approveIt();
      assert.equal(answer.status, 200, answer.body.toString());
      const view = await readAlert(house.context, alert);
      assert.deepEqual(
        [view.schedule.disclosureAt, view.dates.finalTextAt],
        [plus(first, HOUR_MS), null],
      );
      await releaseDue(house.context, house.clock.now());
      await assertInvariants(house);
    });

    test('waits for a final text when there is no time left for one', async () => {
      house.clock.set(plus(first, -DAY_MS));
      const answer = await propose(first);
      assert.equal(answer.status, 200, answer.body.toString());
      move = json<Move>(answer);
      refused(await approveIt(), 'FINAL_TEXT_OVERDUE');
      assert.equal((await approveIt({ accept: { FINAL_TEXT_OVERDUE: SECRET } })).status, 200);
      assert.ok((await accepted(alert)).includes('FINAL_TEXT_OVERDUE hold'));
    });
  });

  test('why somebody accepted something is in no event and no log', async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ body: string }>`select coalesce(issuer_body, '') || coalesce(participant_body, '')
        as body from event`.execute(tx),
    );
    assert.ok(rows.length > 50);
    assert.ok(!rows.some(({ body }) => body.includes('Quillon')));
    assert.ok(edge.logged.length > 50);
    assert.ok(!edge.logged.some((line) => line.includes('Quillon')));
    await assertInvariants(house);
  });
});

const codes = ({ findings }: Timing) => findings.map(({ code }) => code);
