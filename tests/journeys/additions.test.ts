/** An artifact that comes after waves have begun: proposed, approved, and released by the rules. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { AlertId, ArtifactId, ParticipantId } from '../../src/domain/ids.ts';
import { DAY_MS, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { readAlert } from '../../src/programme/alert/read-alert.ts';
import { readPublicAlerts } from '../../src/programme/release/read-public.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  REPORTS_TO_GOVERNMENT,
  T0,
  type TestReader,
} from '../support/house.ts';
import { assertInvariants } from '../support/invariants.ts';

const RULE = 'title: A rule of the day after\n';
const MARKED = 'alternates:\n  - { text: "the day", other: "a day", family: word }\n';
/** Nothing has this id. */
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

type Addition = { addition: ArtifactId; opens: object; digest: string };
let lost = false;

describe('an artifact for an alert under way', () => {
  let house: House;
  let edge: Edge;
  let author: { token: string };
  let approver: { token: string };
  let early: TestReader;
  let late: TestReader;
  let reporter: TestReader;
  let alert: AlertId;
  let summary: ArtifactId;

  before(async () => {
    house = await openHouse({
      fault: (point) => {
        if (!lost || point !== 'before_commit') return;
        lost = false;
        throw new Error('the process died');
      },
    });
    edge = openEdge(house);
    author = { token: house.tokens.author };
    approver = { token: house.tokens.approver };
    const join = async (id: Promise<ParticipantId>) => joinReader(house, await id);
    early = await join(admit(house, 'Early', { tier: 'validate' }));
    late = await join(admit(house, 'Late', { tier: 'entry' }));
    const duty = REPORTS_TO_GOVERNMENT;
    reporter = await join(admit(house, 'Reporter', { tier: 'validate', duty }));
    house.clock.set(plus(T0, -10 * DAY_MS));
    const drafted = await draftExample(house);
    alert = drafted.alert;
    summary = drafted.artifacts.get('summary.md') ?? summary;
  });
  after(() => house.tearDown());

  const cycle = () => releaseDue(house.context, house.clock.now());
  const later = (ms: number) => house.clock.set(plus(house.clock.now(), ms));

  function propose(change: object = {}): Promise<Seen> {
    const body = {
      ...{ kind: 'detection_rule', variant: 'full', format: 'text', marking: 'none' },
      ...{ name: 'late.yml', content: Buffer.from(RULE).toString('base64'), sidecar: null },
      ...{ reducedBy: summary, sourcePublishedAt: null },
      ...change,
    };
    return edge.post(`/v1/alerts/${alert}/additions`, body, author);
  }

  async function proposed(change: object = {}): Promise<Addition> {
    const answer = await propose(change);
    assert.equal(answer.status, 201, answer.body.toString());
    return json<Addition>(answer);
  }

  const approveIt = ({ addition, digest }: Addition, by = approver): Promise<Seen> =>
    edge.post(`/v1/additions/${addition}/approval`, { digest }, by);

  async function namesFor(reader: TestReader): Promise<string[]> {
    type Inbox = { items: { artifacts: { name: string }[] }[] };
    const { items } = json<Inbox>(await edge.get('/v1/inbox', reader.token));
    return items.flatMap(({ artifacts }) => artifacts.map(({ name }) => name)).sort();
  }

  const fetch = (reader: TestReader, artifact: string) =>
    edge.get(`/v1/inbox/${alert}/artifacts/${artifact}/copy`, reader.token);

  async function notices(reader: TestReader): Promise<{ kind: string }[]> {
    return json<{ items: { kind: string }[] }>(await edge.get('/v1/notices', reader.token)).items;
  }

  async function count(from: string): Promise<number> {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from ${sql.raw(from)}`.execute(tx),
    );
    return rows[0]?.n ?? -1;
  }

  test('is no addition before a wave has begun: then the plan is approved anew', async () => {
    assert.equal((await propose()).status, 409);
    await approve(house, alert);
    assert.equal((await propose()).status, 409);
    assert.equal(await count('addition'), 0);
  });

  test('what is overdue at the approval is one wave of that moment; later ones stay', async () => {
    const { waves } = await readAlert(house.context, alert);
    const due = [house.clock.now(), plus(T0, -5 * DAY_MS), plus(T0, -DAY_MS), T0];
    assert.deepEqual(
      waves.map(({ at }) => at),
      due,
    );
    await cycle();
    assert.equal((await namesFor(early)).length, 8);
    assert.deepEqual(await namesFor(late), []);
  });

  let rule: Addition;

  test('proposed by one person, it exists for no reader, and nobody is told', async () => {
    later(MINUTE_MS);
    rule = await proposed();
    assert.deepEqual(rule.opens, { full: 1, reduced: 0, held: 0, later: 2, never: 0 });
    await cycle();
    assert.equal((await namesFor(early)).length, 8);
    const [asked, unknown] = [await fetch(early, rule.addition), await fetch(early, UNKNOWN)];
    assert.equal(asked.status, 404);
    assert.deepEqual(asked, unknown);
    assert.equal((await notices(early)).length, 1);
    assert.equal((await readAlert(house.context, alert)).artifacts.length, 8);
    await assertInvariants(house);
  });

  test('neither its proposer nor the digest of other facts puts it in', async () => {
    assert.equal((await approveIt(rule, author)).status, 403);
    const outcome = await approveIt({ ...rule, digest: 'ab'.repeat(32) });
    assert.equal(json<{ code: string }>(outcome).code, 'APPROVAL_VOID');
    await admit(house, 'Another', { tier: 'ans' });
    assert.equal((await approveIt(rule)).status, 409);
    rule = json<Addition>(await edge.get(`/v1/additions/${rule.addition}`, approver.token));
    assert.deepEqual(rule.opens, { full: 1, reduced: 0, held: 0, later: 3, never: 0 });
    const forged = house.context.store.issuer((tx) =>
      sql`update addition set approver_id = proposer_id, decided_at = at`.execute(tx),
    );
    await assert.rejects(forged, /23514/);
  });

  test('killed before the commit of its approval, the alert is as it was', async () => {
    lost = true;
    assert.equal((await approveIt(rule)).status, 500);
    await cycle();
    const { artifacts, waves } = await readAlert(house.context, alert);
    assert.deepEqual([artifacts.length, waves.length], [8, 4]);
    assert.equal(await count("event where type = 'addition_approved'"), 0);
  });

  test('approved, the rules decide: who is due is told and has it, nobody else', async () => {
    later(MINUTE_MS);
    const answer = await approveIt(rule);
    assert.equal(answer.status, 200, answer.body.toString());
    await cycle();
    assert.ok((await namesFor(early)).includes('late.yml'));
    assert.equal((await fetch(early, rule.addition)).status, 200);
    for (const reader of [late, reporter]) {
      assert.deepEqual(await namesFor(reader), []);
      assert.equal((await fetch(reader, rule.addition)).status, 404);
    }
    const told = await notices(early);
    assert.deepEqual(
      told.map((notice) => [notice.kind, Object.keys(notice).sort().join()]),
      told.map(() => ['something_waits', 'at,id,kind']),
    );
    assert.equal(told.length, 2);
    assert.equal(await count("event where type = 'addition_approved'"), 1);
    assert.equal(await count("event where type = 'marks_committed'"), 2, 'before a copy exists');
    assert.equal((await approveIt(rule)).status, 404, 'once');
    await assertInvariants(house);
  });

  test('its bytes are kept once, where the alert has them', async () => {
    assert.equal(await count('addition where length(content_enc) + length(slots_enc) > 0'), 0);
  });

  test('slots frozen beside other artifacts than there are now are refused', async () => {
    const marked = { marking: 'full', sidecar: MARKED, name: 'marked.txt' };
    const [first, second] = [await proposed(marked), await proposed(marked)];
    assert.equal((await approveIt(first)).status, 200);
    await cycle();
    const fresh = await edge.get(`/v1/additions/${second.addition}`, approver.token);
    const refused = await approveIt(json<Addition>(fresh));
    assert.equal(json<{ code: string }>(refused).code, 'CONFLICT');
    await assertInvariants(house);
  });

  test('after disclosure, who must report has the description in its place', async () => {
    house.clock.set(T0);
    await cycle();
    later(MINUTE_MS);
    const addition = await proposed({ name: 'after.yml' });
    assert.deepEqual(addition.opens, { full: 3, reduced: 1, held: 0, later: 0, never: 0 });
    const before = [await notices(late), await notices(reporter)].map(({ length }) => length);
    assert.equal((await approveIt(addition)).status, 200);
    await cycle();
    const told = [await notices(late), await notices(reporter)].map(({ length }) => length);
    const [others = 0, own] = before;
    assert.deepEqual(told, [others + 1, own], 'who has the description is told of nothing new');
    assert.ok((await namesFor(late)).includes('after.yml'));
    assert.deepEqual(await namesFor(reporter), ['summary.md']);
    assert.equal((await fetch(reporter, addition.addition)).status, 404);
    assert.equal((await fetch(reporter, summary)).status, 200);
    await assertInvariants(house);
  });

  test('what the policy opens to everybody is public with its wave, and not before', async () => {
    const names = async () => {
      const { items } = await readPublicAlerts(house.context, null, 50, house.clock.now());
      return items.flatMap(({ documents }) => documents.map(({ name }) => name)).sort();
    };
    later(MINUTE_MS);
    const addition = await proposed({ kind: 'advisory', name: 'entry.json' });
    await cycle();
    assert.deepEqual(await names(), ['advisory.md', 'summary.md']);
    assert.equal((await approveIt(addition)).status, 200);
    await cycle();
    assert.deepEqual(await names(), ['advisory.md', 'entry.json', 'summary.md']);
    assert.equal((await readAlert(house.context, alert)).state, 'closed');
    await assertInvariants(house);
  });
});
