import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateIdentity } from '../../src/crypto/age/keys.ts';
import { open } from '../../src/crypto/age/open.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signer } from '../../src/crypto/sign.ts';
import { READER_ROLES } from '../../src/domain/reader-role.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { receiptSigningBytes } from '../../src/formats/receipt.ts';
import { buildApp } from '../../src/http/app.ts';
import { runTick } from '../../src/programme/ledger/run-tick.ts';
import { inviteReader } from '../../src/programme/member/admit-participant.ts';
import { apply } from '../../src/programme/member/applications.ts';
import { type Edge, json, openEdge, type Seen } from '../support/edge.ts';
import {
  admit,
  type House,
  joinReader,
  openHouse,
  stand,
  type TestReader,
} from '../support/house.ts';
import { APPLICATION } from '../support/joining.ts';
import { smallAlert } from '../support/small-alert.ts';
import { signatureOf } from '../support/terms.ts';

/** Not looked at: whoever may not is told nothing of them. */
const PROOFS = {
  signKey: Buffer.alloc(32).toString('base64'),
  proof: Buffer.alloc(64).toString('base64'),
  signature: Buffer.alloc(64).toString('base64'),
};

type Ask = (who: TestReader) => Promise<Seen>;

const NO_FACTS = {
  jurisdictions: null,
  duties: null,
  affiliates: null,
  products: null,
  contacts: null,
  calendar: null,
  maxEmbargoMs: null,
};

/** What a suspended participant gets on a route: as if there were nothing, or what is its own. */
type Expected =
  | { readonly as: 'nothing'; readonly asks: readonly Ask[] }
  | { readonly as: 'own'; readonly ask: Ask; check(seen: Seen): void };

describe('a suspended participant, on every route that answers readers', () => {
  let house: House;
  let edge: Edge;
  let mine: TestReader;
  let stranger: TestReader;
  let listed: string[];
  let expected: Readonly<Record<string, Expected>>;

  before(async () => {
    house = await openHouse();
    edge = openEdge(house);
    listed = await readerRoutes(edge);
    const participant = await admit(house, 'Suspended', { tier: 'validate' });
    mine = await joinReader(house, participant);
    // Has never been given anything.
    stranger = await joinReader(house, await admit(house, 'Stranger', { standing: 'applicant' }));
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    const copy = `/v1/inbox/${small.alert}/artifacts/${small.artifact}/copy`;
    const { body } = await edge.get(copy, mine.token);
    const { manifestJson, manifest } = unpackCopy(open([mine.identity], body));
    const [notice] = json<{ items: { id: string }[] }>(
      await edge.get('/v1/notices', mine.token),
    ).items;
    const applied = { ...APPLICATION, answers: {} };
    const now = house.clock.now();
    const { application } = await apply(house.context, house.programme, applied, now);
    const signature = await signatureOf(house, mine);
    const invited = await inviteReader(
      ...([house.context, 'system', house.programme, participant, 'invited', now] as const),
    );
    await stand(house, participant, 'suspended');
    await runTick(house.context, house.clock.now());

    const get =
      (url: string): Ask =>
      (who) =>
        edge.get(url, who.token);
    const post =
      (url: string, said: unknown): Ask =>
      (who) =>
        edge.post(url, said, { by: who });
    const nothing = (...asks: Ask[]): Expected => ({ as: 'nothing', asks });
    const report = (code: string, says: string) =>
      post(`/v1/inbox/${small.alert}/obligations/${code}/report`, { says });
    const claim = {
      delivery: manifest.delivery,
      manifestSha256: sha256(Buffer.from(manifestJson)),
      ciphertextSha256: sha256(body),
    };
    const receipt = {
      delivery: claim.delivery,
      manifestSha256: claim.manifestSha256.toString('hex'),
      ciphertextSha256: claim.ciphertextSha256.toString('hex'),
      signature: signer(mine.signSeed).sign(receiptSigningBytes(claim)).toString('base64'),
    };
    const { programme } = house;
    const otherKeys = { recipient: generateIdentity().recipient, ...PROOFS };
    const steps = json<{ steps: { id: string }[] }>(await edge.get('/v1/standing', mine.token));
    expected = {
      'GET /v1/inbox': nothing(get('/v1/inbox'), get('/v1/inbox?limit=1')),
      'GET /v1/inbox/:alert': nothing(get(`/v1/inbox/${small.alert}`)),
      'GET /v1/inbox/:alert/artifacts/:artifact/copy': nothing(get(copy)),
      'POST /v1/inbox/:alert/obligations/:obligation/report': nothing(
        report('status_report', 'protected'),
        report('acknowledge', 'protected'),
        // What the default pack does not ask for: where one does, it is still taken.
        report('return_copies', 'deleted'),
      ),
      'POST /v1/inbox/:alert/artifacts/:artifact/feedback': nothing(
        post(`/v1/inbox/${small.alert}/artifacts/${small.artifact}/feedback`, {
          ...{ says: 'works', rule: null, note: null },
        }),
      ),
      'GET /v1/inbox/:alert/messages': nothing(get(`/v1/inbox/${small.alert}/messages`)),
      'POST /v1/inbox/:alert/messages': nothing(
        post(`/v1/inbox/${small.alert}/messages`, {
          ...{ audience: 'issuer', product: null, text: 'A question.' },
        }),
      ),
      // What it knows of a leak of its own copies nobody should keep it from telling.
      'POST /v1/inbox/:alert/leaks': {
        as: 'own',
        ask: post(`/v1/inbox/${small.alert}/leaks`, {
          noticedAt: '2025-06-20T09:00:00Z',
          report: { what: 'a page', toWhom: 'a customer', prevention: 'training' },
        }),
        check: (seen) => assert.equal(seen.status, 201),
      },
      'GET /v1/invitations': nothing(get('/v1/invitations')),
      'POST /v1/invitations/:invitation/answer': nothing(
        post(`/v1/invitations/${small.alert}/answer`, { answer: 'accept' }),
      ),
      'GET /v1/notices': {
        as: 'own',
        ask: get('/v1/notices'),
        check(seen) {
          const { items, next } = json<{ items: { kind: string }[]; next: unknown }>(seen);
          assert.deepEqual(
            [items.map(({ kind }) => kind), next],
            [['terms_published', 'readers_changed', 'standing_changed'], null],
          );
        },
      },
      // That it has seen what it was told while it was active.
      'POST /v1/notices/:notice/acknowledgement': {
        as: 'own',
        ask: post(`/v1/notices/${notice?.id}/acknowledgement`, {}),
        check: (seen) => assert.deepEqual(json(seen), { acknowledged: true }),
      },
      // Of a copy that it was handed while it was active: evidence for both sides.
      'POST /v1/receipts': {
        as: 'own',
        ask: post('/v1/receipts', receipt),
        check: (seen) => assert.deepEqual(json(seen), { acknowledged: true }),
      },
      'GET /v1/log/proofs/:leaf': {
        as: 'own',
        ask: get(`/v1/log/proofs/${manifest.promise.leaf}`),
        check: (seen) => assert.equal(seen.status, 200),
      },
      // Until when its own keys are in force: it may be asked to sign that copies are deleted.
      'GET /v1/keys': {
        as: 'own',
        ask: get('/v1/keys'),
        check(seen) {
          const { reader, keys } = json<{ reader: string; keys: { reader: string }[] }>(seen);
          assert.deepEqual(
            keys.map((key) => key.reader),
            [reader],
          );
        },
      },
      'POST /v1/keys/rotation': nothing(post('/v1/keys/rotation', otherKeys)),
      'POST /v1/keys/reports': nothing(
        post('/v1/keys/reports', { reader: programme, what: 'lost', signature: 'AAAA' }),
      ),
      // Its word for somebody is worth nothing, and it learns nothing of who applies.
      'POST /v1/applications/:application/vouch': nothing(
        post(`/v1/applications/${application}/vouch`, { name: APPLICATION.name }),
        post(`/v1/applications/${application}/vouch`, { name: 'Another' }),
      ),
      // What it says of itself is its own, and opens nothing.
      'POST /v1/facts': {
        as: 'own',
        ask: post('/v1/facts', { programme: null, facts: NO_FACTS }),
        check: (seen) => assert.equal(json<{ narrowed: boolean }>(seen).narrowed, false),
      },
      'GET /v1/facts': {
        as: 'own',
        ask: get('/v1/facts'),
        check: (seen) => assert.equal(json<{ items: object[] }>(seen).items.length, 1),
      },
      // What it has agreed to stays its own to read and to sign: it opens nothing while suspended.
      'GET /v1/terms': {
        as: 'own',
        ask: get('/v1/terms'),
        check: (seen) => assert.equal(json<{ officer: boolean }>(seen).officer, true),
      },
      'POST /v1/terms/:terms/signature': {
        as: 'own',
        ask: post(`/v1/terms/${signature.terms}/signature`, { signature: signature.signature }),
        check: (seen) => assert.equal(seen.status, 201),
      },
      'GET /v1/standing': {
        as: 'own',
        ask: get('/v1/standing'),
        check(seen) {
          const { steps: own } = json<{ steps: { to: string }[] }>(seen);
          assert.deepEqual(
            own.map(({ to }) => to),
            ['suspended'],
          );
        },
      },
      // A token gets nothing of these; a session, which would, has ended (sessions.test.ts).
      'GET /v1/session': nothing(get('/v1/session')),
      'POST /v1/session/end': nothing(post('/v1/session/end', {})),
      'POST /v1/session/verification': nothing(post('/v1/session/verification', {})),
      'POST /v1/session/verification/options': nothing(
        post('/v1/session/verification/options', {}),
      ),
      'GET /v1/sessions': nothing(get('/v1/sessions')),
      'POST /v1/sessions/:session/end': nothing(post(`/v1/sessions/${small.alert}/end`, {})),
      'GET /v1/tokens': nothing(get('/v1/tokens')),
      'POST /v1/tokens': nothing(post('/v1/tokens', {})),
      'POST /v1/tokens/:token/end': nothing(post(`/v1/tokens/${small.alert}/end`, {})),
      'GET /v1/passkeys': nothing(get('/v1/passkeys')),
      'POST /v1/passkeys': nothing(post('/v1/passkeys', {})),
      'POST /v1/passkeys/:passkey/end': nothing(post(`/v1/passkeys/${small.alert}/end`, {})),
      'POST /v1/passkeys/options': nothing(post('/v1/passkeys/options', {})),
      'POST /v1/standing/:step/statement': nothing(
        post(`/v1/standing/${steps.steps[0]?.id}/statement`, { text: 'not ours' }),
      ),
      'GET /v1/readers': {
        as: 'own',
        ask: get('/v1/readers'),
        check(seen) {
          const { readers } = json<{ readers: { reader: string }[] }>(seen);
          assert.deepEqual(
            readers.map(({ reader }) => reader),
            [mine.caller.id, invited.reader],
          );
        },
      },
      'POST /v1/readers': nothing(post('/v1/readers', { label: 'more', role: 'reader' })),
      // To get in, and then to see what its token sees.
      'POST /v1/readers/link': {
        as: 'own',
        ask: post('/v1/readers/link', {}),
        check: (seen) => assert.equal(seen.status, 201),
      },
      'POST /v1/readers/:reader/role': nothing(
        post(`/v1/readers/${invited.reader}/role`, { role: 'administrator' }),
      ),
      // Whom it no longer trusts it may shut out at any time.
      'POST /v1/readers/:reader/removal': {
        as: 'own',
        ask: post(`/v1/readers/${invited.reader}/removal`, {}),
        check: (seen) => assert.deepEqual(json(seen), { removed: true }),
      },
      'POST /v1/standing/:step/appeal': {
        as: 'own',
        ask: post(`/v1/standing/${steps.steps[0]?.id}/appeal`, { text: 'not ours' }),
        check: (seen) => assert.deepEqual(json(seen), { appealed: true }),
      },
    };
  });
  after(() => house.tearDown());

  test('each route has its row: a new channel says here what a suspension leaves of it', () => {
    assert.deepEqual(listed.toSorted(), Object.keys(expected).toSorted());
  });

  test('gets what a stranger gets, to the byte, or its own record and no more', async () => {
    const copies = () =>
      house.context.store.issuer((tx) => tx.selectFrom('delivery').select('id').execute());
    const before = await copies();
    for (const [route, row] of Object.entries(expected)) {
      if (row.as === 'nothing') {
        for (const ask of row.asks) assert.deepEqual(await ask(mine), await ask(stranger), route);
        continue;
      }
      // What is somebody else's own is nothing to the stranger.
      const theirs = await row.ask(stranger);
      const own = await row.ask(mine);
      assert.ok(own.status < 300, `${route}: ${own.status}`);
      row.check(own);
      assert.notDeepEqual(theirs.body, own.body, route);
    }
    assert.deepEqual(await copies(), before, 'no copy was handed out');
  });
});

async function readerRoutes({ deps }: Edge): Promise<string[]> {
  const routes: string[] = [];
  const ofReaders: readonly string[] = READER_ROLES;
  const app = buildApp(deps, (one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      if (config?.audience?.some((one) => ofReaders.includes(one)))
        routes.push(`${String(method)} ${url}`);
    });
  });
  await app.ready();
  await app.close();
  return routes;
}
