import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Outcome } from '../../src/domain/decision.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';
import { decideRelease } from '../../src/policy/decide.ts';
import { SYSTEM } from '../../src/programme/act.ts';
import { factsFor } from '../../src/programme/alert/grant-due.ts';
import { guardClock } from '../../src/programme/ledger/guard-clock.ts';
import { putInForce } from '../../src/programme/policy/change-policy.ts';
import { compileFiles } from '../../src/programme/policy-shelf.ts';
import { releaseDue } from '../../src/programme/release/release-due.ts';
import {
  type AlertRow,
  type ArtifactRow,
  alertById,
  artifactsOf,
} from '../../src/store/alert-reader.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  approve,
  draftExample,
  type House,
  joinReader,
  openHouse,
  readPack,
  T0,
  type TestReader,
} from '../support/house.ts';
import { participantStates, type State } from '../support/matrix.ts';
import { inParallel } from '../support/parallel.ts';
import { participantWith } from '../support/policy-facts.ts';

/** The default pack with two holds: one that hides an alert wholly, one inside a visible alert. */
const HOLDS = `
@id("hold-proofs") @reason("HELD_FOR_REVIEW") @outcome("hold")
forbid (principal is Participant, action, resource is Artifact)
when { resource.kind == Kind::"poc" };

@id("hold-all-of-ans") @reason("HELD_FOR_REVIEW") @outcome("hold")
forbid (principal is Participant, action, resource is Artifact)
when { principal.tier == Tier::"ans" && context.now < context.disclosureAt };
`;

const UNKNOWN = '3f2b8c1e-0000-4000-8000-000000000001';

type Subject = { readonly state: State; readonly reader: TestReader };

describe('every route and state equals the decision', () => {
  let house: House;
  let edge: Edge;
  let subjects: Subject[];
  let alert: AlertRow;
  let draft: AlertId;
  let artifacts: ArtifactRow[];
  /** The one answer to what is not there, as a reader who asks for nothing that exists gets it. */
  let unknown: Seen;
  const answers = new Set<string>();

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const { files } = await readPack('mapp');
    const policy = {
      pack: 'held',
      files: { ...files, 'rules.cedar': files['rules.cedar'] + HOLDS },
    };
    const compiled = compileFiles(policy.files);
    const act = { programme: house.programme, actor: SYSTEM, at: house.clock.now() };
    await house.context.store.issuer((tx) => putInForce(house.context, tx, act, compiled, policy));
    subjects = [];
    for (const state of participantStates()) {
      const participant = await admit(house, state.name, state.enrolment);
      subjects.push({ state, reader: await joinReader(house, participant) });
    }
    const drafted = await draftExample(house);
    draft = (await draftExample(house)).alert;
    await house.context.store.issuer(async (tx) => {
      const consents = subjects.flatMap(({ state: { consent }, reader }) =>
        consent === null ? [] : [{ participant_id: reader.caller.participant, consent }],
      );
      const rows = consents.map((row) => ({ alert_id: drafted.alert, ...row }));
      await tx.insertInto('consent').values(rows).execute();
      const row = await alertById(tx, drafted.alert);
      assert.ok(row);
      alert = row;
      artifacts = await artifactsOf(tx, drafted.alert);
    });
    await approve(house, drafted.alert);
    const token = subjects[0]?.reader.token;
    unknown = await edge.get(`/v1/inbox/${UNKNOWN}`, token);
    assert.equal(unknown.status, 404);
  });
  after(() => house.tearDown());

  const INSTANTS: [string, Instant][] = [
    ['a day before the first wave', plus(T0, -15 * DAY_MS)],
    ['the first wave', plus(T0, -14 * DAY_MS)],
    ['a moment before the second', plus(T0, -5 * DAY_MS - 1)],
    ['the second wave', plus(T0, -5 * DAY_MS)],
    ['the third wave', plus(T0, -DAY_MS)],
    ['a moment before disclosure', plus(T0, -1)],
    ['disclosure', T0],
    ['a year after', plus(T0, 365 * DAY_MS)],
  ];

  for (const [name, at] of INSTANTS) {
    test(name, async () => {
      house.clock.set(at);
      await releaseDue(house.context, at);
      await inParallel(subjects, (subject) => checkReader(subject, at));
      await inParallel(subjects.filter(everyTenth), ({ reader }) => checkElsewhere(reader.token));
      await checkPublic(at);
    });
  }

  test('each kind of answer has been seen', () => {
    const seen = ['allow 200', 'allow_reduced 404', 'deny 404', 'hold 404', 'hold 409'];
    assert.deepEqual([...answers].sort(), seen);
  });

  test('under a doubt of the clock what was open before is held, the rest unknown', async () => {
    const certain = plus(T0, -DAY_MS);
    house.clock.set(certain);
    const database = async () => certain;
    const reading = { wall: certain, database, jumped: false, starting: false };
    assert.deepEqual(await guardClock(house.context, reading), { doubted: false });
    // By the doubtful clock everything is disclosed.
    house.clock.set(plus(T0, DAY_MS));
    const doubtful = { ...reading, wall: house.clock.now() };
    assert.deepEqual(await guardClock(house.context, doubtful), { doubted: true });
    const kinds = new Set<string>();
    await inParallel(subjects, async ({ state, reader: { token } }) => {
      const { enrolment, consent } = state;
      const known = participantWith(enrolment, consent ?? 'no_embargo');
      const outcomes = await decide(known, certain);
      const open = openOf(outcomes);
      for (const [index, { id, kind }] of artifacts.entries()) {
        const held = open.has(id) || (open.size > 0 && outcomes[index] === 'hold');
        const copy = await edge.get(copyUrl(alert.id, id), token);
        kinds.add(`${held} ${copy.status}`);
        if (held) assert.equal(json<{ code: string }>(copy).code, 'NOT_AVAILABLE');
        else assert.deepEqual(copy, unknown, `${state.name}: ${kind}`);
      }
      assert.deepEqual(await edge.get(`/v1/inbox/${alert.id}`, token), unknown);
      for (const list of ['/v1/inbox', '/v1/notices']) {
        assert.deepEqual(json(await edge.get(list, token)), { items: [], next: null });
      }
      await checkElsewhere(token);
    });
    assert.deepEqual([...kinds].sort(), ['false 404', 'true 409']);
    // Before the doubt is noted, a clock that knows of its jump answers everybody alike.
    const jumped = openEdge({ ...house, clock: { ...house.clock, now: jumpedNow } });
    const urls = [
      copyUrl(alert.id, artifacts[0]?.id ?? ''),
      copyUrl(UNKNOWN, UNKNOWN),
      copyUrl('x', 'y'),
    ];
    const seen = await Promise.all(urls.map((url) => jumped.get(url, subjects[0]?.reader.token)));
    for (const one of seen) assert.deepEqual(one, seen[0]);
  });

  async function checkReader({ state, reader }: Subject, at: Instant): Promise<void> {
    const { enrolment, consent } = state;
    const principal = participantWith(enrolment, consent ?? 'no_embargo');
    const outcomes = await decide(principal, at);
    const open = openOf(outcomes);
    const { token } = reader;
    const listed = json<Inbox>(await edge.get('/v1/inbox', token));
    assert.equal(listed.next, null, state.name);
    assert.deepEqual(idsOf(listed.items), open.size > 0 ? [[alert.id, [...open].sort()]] : []);
    const one = await edge.get(`/v1/inbox/${alert.id}`, token);
    if (open.size > 0) assert.deepEqual(json(one), listed.items[0]);
    else assert.deepEqual(one, unknown, `${state.name}: its alert`);
    for (const [index, artifact] of artifacts.entries()) {
      const copy = await edge.get(copyUrl(alert.id, artifact.id), token);
      const outcome = outcomes[index];
      const context = `${state.name}: ${artifact.kind} ${outcome}`;
      answers.add(`${outcome} ${copy.status}`);
      // A full artifact whose reduced variant is given in its place is not there: what is listed is
      // what can be fetched, and nothing else.
      if (open.has(artifact.id)) {
        assert.equal(copy.status, 200, context);
        assert.deepEqual(Object.keys(copy.headers).sort(), COPY_HEADERS);
      } else if (outcome === 'hold' && open.size > 0) {
        assert.equal(json<{ code: string }>(copy).code, 'NOT_AVAILABLE', context);
      } else {
        assert.deepEqual(copy, unknown, context);
      }
    }
    const { items, next } = json<Notices>(await edge.get('/v1/notices', token));
    assert.equal(next, null);
    assert.equal(items.length > 0, open.size > 0, `${state.name}: notices`);
    for (const notice of items) assert.deepEqual(Object.keys(notice), ['id', 'kind', 'at']);
  }

  /** Drafts, wrong pairs and malformed ids: not to be told from what never was. */
  async function checkElsewhere(token: string): Promise<void> {
    const [first] = artifacts;
    assert.ok(first);
    const urls = [
      `/v1/inbox/${draft}`,
      copyUrl(draft, first.id),
      copyUrl(alert.id, UNKNOWN),
      copyUrl(UNKNOWN, first.id),
      '/v1/inbox/not-an-id',
      copyUrl(alert.id, '%20'),
      copyUrl(alert.id.toUpperCase(), first.id),
      `/v1/log/proofs/${'0'.repeat(64)}`,
      '/v1/log/proofs/zz',
      '/v1/inbox/',
    ];
    for (const url of urls) assert.deepEqual(await edge.get(url, token), unknown, url);
  }

  async function checkPublic(at: Instant): Promise<void> {
    const outcomes = await decide({ kind: 'public' }, at);
    const open = artifacts.filter((_, index) => outcomes[index] === 'allow').map(({ id }) => id);
    const listed = json<Published>(await edge.get('/v1/public/alerts'));
    const seen = listed.items.map(({ id, documents }) => [
      id,
      documents.map((one) => one.id).sort(),
    ]);
    assert.deepEqual(seen, open.length > 0 ? [[alert.id, open.sort()]] : []);
    for (const artifact of artifacts) {
      const url = `/v1/public/alerts/${alert.id}/documents/${artifact.id}`;
      const document = await edge.get(url);
      if (open.includes(artifact.id)) assert.equal(document.status, 200, artifact.kind);
      else assert.deepEqual(document, unknown, artifact.kind);
    }
    assert.deepEqual(await edge.get(`/v1/public/alerts/${draft}/documents/${UNKNOWN}`), unknown);
    assert.deepEqual(await edge.get('/v1/public/alerts/x/documents/y'), unknown);
  }

  async function decide(
    principal: Parameters<typeof factsFor>[2],
    at: Instant,
  ): Promise<Outcome[]> {
    const policy = await house.context.store.issuer((tx) =>
      house.context.policies.active(tx, house.programme),
    );
    return artifacts.map(
      (artifact) =>
        decideRelease(
          policy,
          factsFor({ alert, vulnerability: UNASSESSED, platform: 'sound' }, artifact, principal),
          at,
        ).outcome,
    );
  }

  function openOf(outcomes: readonly Outcome[]): Set<ArtifactId> {
    const open = new Set<ArtifactId>();
    for (const [index, artifact] of artifacts.entries()) {
      if (outcomes[index] === 'allow') open.add(artifact.id);
      if (outcomes[index] === 'allow_reduced' && artifact.reducedBy) open.add(artifact.reducedBy);
    }
    return open;
  }
});

const COPY_HEADERS = [
  'cache-control',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'referrer-policy',
  'x-content-type-options',
];

const everyTenth = (_: unknown, index: number): boolean => index % 10 === 0;

function jumpedNow(): never {
  throw new TocsinError('CLOCK_DOUBT', 'the clock jumped');
}

type Notices = { items: object[]; next: string | null };
type Inbox = { items: { id: string; artifacts: { id: string }[] }[]; next: string | null };
type Published = { items: { id: string; documents: { id: string }[] }[] };

function idsOf(items: Inbox['items']) {
  return items.map(({ id, artifacts }) => [id, artifacts.map((artifact) => artifact.id).sort()]);
}

function copyUrl(alert: string, artifact: string): string {
  return `/v1/inbox/${alert}/artifacts/${artifact}/copy`;
}
