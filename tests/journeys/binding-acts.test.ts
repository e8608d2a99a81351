/** What binds a member is done by the reader's own key, or by a passkey known for a day. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import { DAY_MS, formatInstant, plus } from '../../src/domain/instant.ts';
import { buildApp } from '../../src/http/app.ts';
import { apply } from '../../src/programme/member/applications.ts';
import { changeStanding } from '../../src/programme/member/change-participant.ts';
import { decideStanding } from '../../src/programme/member/standing-steps.ts';
import type { makePasskey } from '../support/authenticator.ts';
import { registerAt, signInWith, type Visitor, visit } from '../support/browser-of.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  administrator,
  admit,
  type House,
  joinReader,
  openHouse,
  type TestReader,
} from '../support/house.ts';
import { APPLICATION } from '../support/joining.ts';
import { smallAlert } from '../support/small-alert.ts';

/** What readers say that is signed in what they send, whoever sends it. */
const SIGNED_IN_ITS_BODY = [
  'POST /v1/keys/reports',
  'POST /v1/keys/rotation',
  'POST /v1/receipts',
  'POST /v1/terms/:terms/signature',
];
/** What readers say that binds nobody. */
const BINDS_NOBODY = [
  'POST /v1/inbox/:alert/artifacts/:artifact/feedback',
  'POST /v1/inbox/:alert/messages',
  'POST /v1/notices/:notice/acknowledgement',
];

/** The rest a restricted member is not asked, or nobody has asked it. */
const CAN_BE_DONE: Readonly<Record<string, readonly number[]>> = {
  'POST /v1/facts': [201],
  'POST /v1/inbox/:alert/leaks': [201],
  'POST /v1/inbox/:alert/obligations/:obligation/report': [200, 404],
  'POST /v1/readers': [201],
  'POST /v1/readers/link': [201, 409],
  'POST /v1/standing/:step/appeal': [200, 409],
};

describe('an act that binds a member', () => {
  let house: House;
  let edge: Edge;
  let reader: TestReader;
  let colleague: TestReader;
  let acts: Readonly<Record<string, readonly [url: string, body: object]>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    const firm = await admit(house, 'Firm', { tier: 'validate' });
    reader = await joinReader(house, firm);
    colleague = await joinReader(house, firm);
    await administrator(house, colleague);
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    assert.equal((await edge.get(copy, reader.token)).status, 200);
    const { context, programme, approver, author } = house;
    const applied = { ...APPLICATION, answers: {} };
    const { application } = await apply(context, programme, applied, house.clock.now());
    const { step } = await changeStanding(
      ...([context, approver, programme, firm, { to: 'restricted', reason: 'other' }] as const),
      house.clock.now(),
    );
    assert.ok(step);
    await decideStanding(context, author, step, 'confirm', house.clock.now());
    acts = {
      'POST /v1/applications/:application/vouch': [
        `/v1/applications/${application}/vouch`,
        { name: APPLICATION.name },
      ],
      'POST /v1/facts': [
        '/v1/facts',
        {
          programme: null,
          facts: {
            ...{ jurisdictions: ['Varennia'], duties: null, affiliates: null, products: null },
            ...{ contacts: null, calendar: null, maxEmbargoMs: null },
          },
        },
      ],
      'POST /v1/inbox/:alert/leaks': [
        `/v1/inbox/${small.alert}/leaks`,
        {
          noticedAt: formatInstant(house.clock.now()),
          report: { what: 'a page', toWhom: 'a customer', prevention: 'training' },
        },
      ],
      'POST /v1/inbox/:alert/obligations/:obligation/report': [
        `/v1/inbox/${small.alert}/obligations/status_report/report`,
        { says: 'protected' },
      ],
      'POST /v1/invitations/:invitation/answer': [
        `/v1/invitations/${newId()}/answer`,
        { answer: 'accept' },
      ],
      'POST /v1/readers': ['/v1/readers', { label: 'more', role: 'reader' }],
      'POST /v1/readers/link': ['/v1/readers/link', {}],
      'POST /v1/readers/:reader/removal': [`/v1/readers/${newId()}/removal`, {}],
      'POST /v1/readers/:reader/role': [`/v1/readers/${newId()}/role`, { role: 'reader' }],
      'POST /v1/standing/:step/appeal': [`/v1/standing/${step}/appeal`, { text: 'not ours' }],
      'POST /v1/standing/:step/statement': [`/v1/standing/${step}/statement`, { text: 'not ours' }],
    };
  });
  after(() => house.tearDown());

  const recorded = async () => {
    const { rows } = await house.context.store.issuer((tx) =>
      sql<{ n: number }>`select count(*)::int as n from event`.execute(tx),
    );
    return rows[0]?.n;
  };
  const needed = (seen: Seen, why: string) => {
    const { code } = json<{ code: string }>(seen);
    assert.deepEqual([seen.status, code], [403, 'SIGNATURE_NEEDED'], why);
  };
  /** Past the door: done where it can be done, and once where it can be done once. */
  const done = (route: string, seen: Seen) => {
    const expected = CAN_BE_DONE[route] ?? [404];
    assert.ok(expected.includes(seen.status), `${route}: ${seen.status} ${seen.body.toString()}`);
  };
  /** Signed in as the reader, at a link that its key has asked for. */
  const atLink = async (): Promise<{ there: Visitor; made: ReturnType<typeof makePasskey> }> => {
    const asked = await edge.post('/v1/readers/link', {}, { by: reader });
    const { link } = json<{ link: string }>(asked);
    const there = visit(house, edge);
    const made = await registerAt(house, there, link.split('#')[1] ?? '');
    return { there, made };
  };

  test('every act of readers says what it takes', async () => {
    const { binding, others } = await actsOfReaders(edge);
    assert.deepEqual(binding, Object.keys(acts).sort());
    assert.deepEqual(others, [...SIGNED_IN_ITS_BODY, ...BINDS_NOBODY].sort());
  });

  test('is not done by a token, nor at a link; a day later by the passkey made there', async () => {
    const notices = async () => {
      const seen = await edge.get('/v1/notices', colleague.token);
      const { items } = json<{ items: { kind: string }[] }>(seen);
      return items.filter(({ kind }) => kind === 'key_changed').length;
    };
    const known = await notices();
    const { there, made } = await atLink();
    assert.equal(await notices(), known + 1, 'its colleagues learn of the passkey at once');
    const earlier = await recorded();
    for (const [route, [url, body]] of Object.entries(acts)) {
      needed(await edge.post(url, body, { token: reader.token }), `${route}, a token`);
      needed(await there.post(url, body), `${route}, a link`);
    }
    assert.equal((await there.get('/v1/inbox')).status, 200, 'it reads');
    assert.equal(await recorded(), earlier);

    house.clock.set(plus(house.clock.now(), DAY_MS - 1));
    await signInWith(there, made);
    await there.session();
    needed(await there.post(...(acts['POST /v1/facts'] ?? ['', {}])), 'a millisecond too early');
    house.clock.set(plus(house.clock.now(), 1));
    for (const [route, [url, body]] of Object.entries(acts)) {
      done(route, await there.post(url, body));
    }
  });

  test('is done by the reader’s own key', async () => {
    for (const [route, [url, body]] of Object.entries(acts)) {
      done(route, await edge.post(url, body, { by: colleague }));
    }
  });
});

const OF_READERS: readonly string[] = ['reader', 'administrator'];

/** The POST routes of readers, without those of their account. */
async function actsOfReaders({ deps }: Edge) {
  const found = { binding: [] as string[], others: [] as string[] };
  const app = buildApp(deps, (one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      if (method !== 'POST' || !config?.audience?.some((one) => OF_READERS.includes(one))) return;
      if (config.signedIn !== undefined) return;
      found[config.binds === true ? 'binding' : 'others'].push(`POST ${url}`);
    });
  });
  await app.ready();
  await app.close();
  found.binding.sort();
  found.others.sort();
  return found;
}
