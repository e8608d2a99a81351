import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { Type } from 'typebox';
import { TocsinError } from '../domain/errors.ts';
import { instant } from '../domain/instant.ts';
import { buildApp } from './app.ts';
import type { Audience } from './auth/audience.ts';
import type { App } from './deps.ts';
import { nothingToServe } from './openapi.ts';
import { NOT_FOUND } from './problem.ts';
import { requestValidator } from './validation.ts';

const NOW = instant(1_750_000_000_000);
const clock = { now: () => NOW, reading: () => ({ wall: NOW }), rebase: () => undefined };

type Listed = { method: string; url: string; audience: readonly Audience[] };

function appWith(prepare: (app: App) => void = () => undefined, logLine?: (line: string) => void) {
  // Whatever would read the store fails the test as a 500.
  return buildApp(nothingToServe({ clock, ...(logLine ? { logLine } : {}) }), prepare);
}

async function routes(): Promise<Listed[]> {
  const listed: Listed[] = [];
  const app = appWith((one) => {
    one.addHook('onRoute', ({ method, url, config }) => {
      listed.push({ method: String(method), url, audience: config?.audience ?? [] });
    });
  });
  await app.ready();
  await app.close();
  return listed;
}

test('the routes, and whom each answers', async () => {
  const table = (await routes()).map(({ method, url, audience }) => {
    const who = audience.map((one) => one.replace('person:', '')).join('+');
    return `${method} ${url} ${who}`;
  });
  const acting = 'author+approver+manager+investigator+operator';
  const any = `${acting}+auditor`;
  const known = `reader+${any}`;
  const participant = '/v1/programmes/:programme/participants/:participant';
  assert.deepEqual(table.sort(), [
    `GET /account public`,
    `GET /approve public`,
    `GET /recover public`,
    `GET /register public`,
    `GET /sign-in public`,
    `GET /sign-in/oidc public`,
    `GET /tocsin-reader.mjs public`,
    `GET /tocsin.css public`,
    `GET /tocsin.js public`,
    `GET /v1/additions/:addition ${acting}`,
    `GET /v1/alert-changes/:proposal ${acting}`,
    `GET /v1/alerts/:alert ${acting}`,
    `GET /v1/alerts/:alert/duties ${any}`,
    `GET /v1/alerts/:alert/exposure investigator+auditor`,
    `GET /v1/alerts/:alert/feedback author+approver`,
    `GET /v1/alerts/:alert/invitations ${any}`,
    `GET /v1/alerts/:alert/leaks investigator`,
    `GET /v1/alerts/:alert/mark-key investigator+approver+operator`,
    `GET /v1/alerts/:alert/marking ${any}`,
    `GET /v1/alerts/:alert/messages author+approver`,
    `GET /v1/alerts/:alert/obligations ${any}`,
    `GET /v1/alerts/:alert/plan ${any}`,
    `GET /v1/application public`,
    `GET /v1/applications/:application ${any}`,
    `GET /v1/disclosure-proposals/:proposal ${any}`,
    `GET /v1/facts reader`,
    `GET /v1/inbox reader+machine`,
    `GET /v1/inbox/:alert reader+machine`,
    `GET /v1/inbox/:alert/artifacts/:artifact/copy reader+machine`,
    `GET /v1/inbox/:alert/messages reader`,
    `GET /v1/invitations reader`,
    `GET /v1/issuer public`,
    `GET /v1/keys reader+machine`,
    `GET /v1/log/checkpoint public`,
    `GET /v1/log/consistency public`,
    `GET /v1/log/export operator+auditor`,
    `GET /v1/log/proofs/:leaf reader+machine+${any}`,
    `GET /v1/member-changes/:change ${any}`,
    `GET /v1/notices reader+machine`,
    `GET /v1/passkeys ${known}`,
    `GET /v1/persons ${any}`,
    `GET /v1/policy-proposals/:proposal ${any}`,
    `GET /v1/programmes ${any}`,
    `GET /v1/programmes/:programme/affiliations ${any}`,
    `GET /v1/programmes/:programme/agreements ${any}`,
    `GET /v1/programmes/:programme/alerts ${any}`,
    `GET /v1/programmes/:programme/applications ${any}`,
    `GET /v1/programmes/:programme/custody ${any}`,
    `GET /v1/programmes/:programme/gaps ${any}`,
    `GET /v1/programmes/:programme/participants ${any}`,
    `GET ${participant} ${any}`,
    `GET ${participant}/copies ${any}`,
    `GET ${participant}/standing ${any}`,
    `GET ${participant}/statements ${any}`,
    `GET /v1/programmes/:programme/policy ${any}`,
    `GET /v1/programmes/:programme/policy/proposals ${any}`,
    `GET /v1/programmes/:programme/reviews ${any}`,
    `GET /v1/programmes/:programme/second-person ${any}`,
    `GET /v1/programmes/:programme/terms ${any}`,
    `GET /v1/programmes/:programme/work-items ${any}`,
    `GET /v1/public/alerts public`,
    `GET /v1/public/alerts/:alert/documents/:artifact public`,
    `GET /v1/public/programmes/:programme/criteria public`,
    `GET /v1/public/programmes/:programme/register public`,
    `GET /v1/readers reader`,
    `GET /v1/recoveries operator+approver+auditor`,
    `GET /v1/recoveries/:recovery operator+approver+auditor`,
    `GET /v1/session ${known}`,
    `GET /v1/sessions ${known}`,
    `GET /v1/sightings/:sighting/trace investigator+approver+auditor`,
    `GET /v1/sign-in public`,
    `GET /v1/standing reader`,
    `GET /v1/terms reader`,
    `GET /v1/tokens ${known}`,
    `POST /v1/additions/:addition/approval approver`,
    `POST /v1/agreements/:agreement/answer manager+approver`,
    `POST /v1/alert-changes/:proposal/approval approver`,
    `POST /v1/alerts/:alert/additions author`,
    `POST /v1/alerts/:alert/approval approver`,
    `POST /v1/alerts/:alert/approval/options approver`,
    `POST /v1/alerts/:alert/artifacts author`,
    `POST /v1/alerts/:alert/assessment author`,
    `POST /v1/alerts/:alert/awareness author+manager`,
    `POST /v1/alerts/:alert/consents manager`,
    `POST /v1/alerts/:alert/dates ${acting}`,
    `POST /v1/alerts/:alert/disclosure author`,
    `POST /v1/alerts/:alert/disclosure/proposals author`,
    `POST /v1/alerts/:alert/events author`,
    `POST /v1/alerts/:alert/invitations author`,
    `POST /v1/alerts/:alert/involvements manager`,
    `POST /v1/alerts/:alert/knowledge manager+investigator`,
    `POST /v1/alerts/:alert/messages author`,
    `POST /v1/alerts/:alert/outside-deliveries manager+investigator`,
    `POST /v1/alerts/:alert/publication author+approver`,
    `POST /v1/alerts/:alert/publication/confirmation approver+author`,
    `POST /v1/alerts/:alert/sent-comparison ${acting}`,
    `POST /v1/announced/:announced/veto manager+approver`,
    `POST /v1/application/answers public`,
    `POST /v1/application/appeal public`,
    `POST /v1/applications/:application/appeal/decision manager+approver`,
    `POST /v1/applications/:application/checks manager+approver`,
    `POST /v1/applications/:application/proposals manager+approver`,
    `POST /v1/applications/:application/vouch reader`,
    `POST /v1/clock/confirmations operator+approver`,
    `POST /v1/custody/:custody/acceptance investigator+approver+operator`,
    `POST /v1/disclosure-proposals/:proposal/approval approver`,
    `POST /v1/disclosure-proposals/:proposal/refusal author+approver`,
    `POST /v1/facts administrator`,
    `POST /v1/imports author`,
    `POST /v1/inbox/:alert/artifacts/:artifact/feedback reader`,
    `POST /v1/inbox/:alert/leaks reader`,
    `POST /v1/inbox/:alert/messages reader`,
    `POST /v1/inbox/:alert/obligations/:obligation/report reader`,
    `POST /v1/invitations/:invitation/answer reader`,
    `POST /v1/join public`,
    `POST /v1/keys/reports administrator`,
    `POST /v1/keys/rotation reader`,
    `POST /v1/member-changes/:change/decision manager+approver`,
    `POST /v1/notices/:notice/acknowledgement reader+machine`,
    `POST /v1/passkey-links public`,
    `POST /v1/passkey-links/options public`,
    `POST /v1/passkeys ${known}`,
    `POST /v1/passkeys/:passkey/end ${known}`,
    `POST /v1/passkeys/options ${known}`,
    `POST /v1/persons/:person/withdrawal operator`,
    `POST /v1/policies/check ${acting}`,
    `POST /v1/policy-proposals/:proposal/approval approver+manager`,
    `POST /v1/programmes/:programme/affiliations ${acting}`,
    `POST /v1/programmes/:programme/affiliations/end manager`,
    `POST /v1/programmes/:programme/alerts author`,
    `POST /v1/programmes/:programme/custody investigator+approver+operator`,
    `POST /v1/programmes/:programme/key-age manager`,
    `POST /v1/programmes/:programme/member-lists manager`,
    `POST /v1/programmes/:programme/member-lists/trial ${acting}`,
    `POST /v1/programmes/:programme/participants manager`,
    `POST ${participant}/administrators manager`,
    `POST ${participant}/calendar manager`,
    `POST ${participant}/doubt manager`,
    `POST ${participant}/enrolment manager`,
    `POST ${participant}/officers manager`,
    `POST ${participant}/officers/:reader/end manager`,
    `POST ${participant}/readers manager`,
    `POST ${participant}/readers/:reader/invitation manager+operator`,
    `POST ${participant}/readers/:reader/key-report manager+operator`,
    `POST ${participant}/reviews manager`,
    `POST ${participant}/standing manager`,
    `POST ${participant}/transition/end manager`,
    `POST /v1/programmes/:programme/platform operator+manager+approver`,
    `POST /v1/programmes/:programme/policy/comparisons ${acting}`,
    `POST /v1/programmes/:programme/policy/proposals author+manager`,
    `POST /v1/programmes/:programme/register manager`,
    `POST /v1/programmes/:programme/second-person manager+approver`,
    `POST /v1/programmes/:programme/sightings investigator`,
    `POST /v1/programmes/:programme/terms manager`,
    `POST /v1/programmes/:programme/transition-grants manager`,
    `POST /v1/public/programmes/:programme/applications public`,
    `POST /v1/readers administrator`,
    `POST /v1/readers/:reader/removal administrator`,
    `POST /v1/readers/:reader/role administrator`,
    `POST /v1/readers/link reader`,
    `POST /v1/receipts reader+machine`,
    `POST /v1/recoveries operator+approver`,
    `POST /v1/recoveries/:recovery/decision operator+approver`,
    `POST /v1/role-grants operator`,
    `POST /v1/role-grants/:grant/decision operator`,
    `POST /v1/second-person-changes/:change/decision manager+approver`,
    `POST /v1/session/end ${known}`,
    `POST /v1/session/verification ${known}`,
    `POST /v1/session/verification/options ${known}`,
    `POST /v1/sessions/:session/end ${known}`,
    `POST /v1/sightings/:sighting/approval approver`,
    `POST /v1/sightings/:sighting/find investigator`,
    `POST /v1/sightings/:sighting/halves investigator+approver+operator`,
    `POST /v1/sightings/:sighting/release approver`,
    `POST /v1/sightings/:sighting/replies investigator+approver`,
    `POST /v1/sightings/:sighting/trace investigator`,
    `POST /v1/sign-in/oidc public`,
    `POST /v1/sign-in/passkey public`,
    `POST /v1/sign-in/passkey/options public`,
    `POST /v1/standing-steps/:step/appeal/decision manager+approver`,
    `POST /v1/standing-steps/:step/decision manager+approver`,
    `POST /v1/standing/:step/appeal reader`,
    `POST /v1/standing/:step/statement reader`,
    `POST /v1/statements/:statement/proposals manager`,
    `POST /v1/statements/:statement/refusal manager`,
    `POST /v1/terms/:terms/signature reader`,
    `POST /v1/tokens ${known}`,
    `POST /v1/tokens/:token/end ${known}`,
    `POST /v1/work-items/:item/resolution manager`,
  ]);
});

test('every schema of a request compiles, which would else show at its first request', async () => {
  const compile = requestValidator();
  let parts = 0;
  const app = appWith((one) => {
    one.addHook('onRoute', ({ schema = {}, method, url }) => {
      for (const httpPart of ['body', 'params', 'querystring', 'headers'] as const) {
        const part = schema[httpPart];
        if (typeof part !== 'object' || part === null) continue;
        parts += 1;
        const check = compile({ schema: part, httpPart, method: String(method), url });
        assert.doesNotThrow(() => check(null), `${method} ${url} ${httpPart}`);
      }
    });
  });
  await app.ready();
  await app.close();
  assert.ok(parts > 200, `${parts} schemas`);
});

test('without a token all but the public routes say 401, before they read the body', async () => {
  const app = appWith();
  for (const { method, url, audience } of await routes()) {
    if (audience.includes('public')) continue;
    const payload = method === 'POST' ? { payload: '{"malformed' } : {};
    const path = url.replace(/:\w+/g, 'not-even-an-id');
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: method as 'GET', url: path, headers, ...payload });
    assert.equal(response.statusCode, 401, url);
    assert.equal(response.headers['www-authenticate'], 'Bearer realm="tocsin"');
  }
});

test('a route that says not whom it answers, or what a repeat does, is refused', async () => {
  const handler = async () => 'never';
  const bad: ((app: App) => void)[] = [
    (app) => app.get('/open', handler),
    (app) => app.get('/open', { config: { audience: [] } }, handler),
    (app) => app.get('/open', { config: { audience: ['public', 'reader'] } }, handler),
    (app) => app.post('/open', { config: { audience: ['reader'] } }, handler),
  ];
  for (const register of bad) {
    await assert.rejects(async () => {
      await appWith(register).ready();
    }, /route \/open: expected/);
  }
});

test('what is not there is one answer, however it is asked for', async () => {
  const app = appWith();
  const asked = [
    ['GET', '/v1/nothing'],
    ['GET', '/'],
    ['GET', '/v1/issuer/'],
    ['GET', '/V1/inbox'],
    ['GET', '//v1/inbox'],
    ['POST', '/v1/inbox'],
    ['DELETE', '/v1/inbox'],
    ['OPTIONS', '/v1/inbox'],
    ['PUT', '/v1/programmes'],
    ['GET', '/v1/inbox/%zz'],
    ['GET', '/v1/inbox/%zz/artifacts/%/copy'],
    ['GET', `/v1/public/alerts/x/documents/y`],
    ['GET', `/v1/public/alerts/${'x'.repeat(5_000)}/documents/y`],
    ['GET', '/tocsin-reader.mjs'],
    ['GET', '/v1/__proto__'],
  ] as const;
  const first = await app.inject({ method: 'GET', url: '/v1/unknown' });
  assert.deepEqual(first.rawPayload, NOT_FOUND.bytes);
  const { date: _, ...headers } = first.headers;
  for (const [method, url] of asked) {
    const response = await app.inject({ method, url });
    const { date: __, ...theirs } = response.headers;
    assert.equal(response.statusCode, 404, url);
    assert.deepEqual(response.rawPayload, NOT_FOUND.bytes, url);
    assert.deepEqual(theirs, headers, url);
  }
});

test('HEAD finds nothing: a HEAD of a copy would be a delivery without a copy', async () => {
  const app = appWith();
  for (const url of ['/v1/inbox/x/artifacts/y/copy', '/v1/issuer', '/v1/nothing']) {
    assert.equal((await app.inject({ method: 'HEAD', url })).statusCode, 404);
  }
});

test('a token in the URL is refused, also where no token is needed', async () => {
  const app = appWith();
  for (const url of ['/v1/inbox?access_token=x', '/v1/log/checkpoint?token=x']) {
    const response = await app.inject({ method: 'GET', url });
    assert.equal(response.statusCode, 400);
    assert.equal(response.json<{ field: string }>().field, 'Authorization');
  }
});

test('no answer is kept, sniffed or framed', async () => {
  const app = appWith();
  for (const url of ['/v1/issuer', '/v1/nothing', '/v1/inbox', '/v1/inbox/%zz']) {
    const { headers } = await app.inject({ method: 'GET', url });
    assert.equal(headers['cache-control'], 'private, no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal(headers['etag'], undefined);
    assert.equal(headers['x-powered-by'], undefined);
  }
});

const publicly = { config: { audience: ['public'] }, schema: {} } as const;

test('an answer has the declared fields and no others', async () => {
  const app = appWith((one) => {
    const Declared = Type.Object({
      shown: Type.String(),
      deep: Type.Object({ a: Type.Integer() }),
    });
    const answer = { shown: 'yes', hidden: 'SECRET', deep: { a: 1, b: 'SECRET' } };
    one.get('/x', { ...publicly, schema: { response: { 200: Declared } } }, async () => answer);
  });
  const response = await app.inject({ method: 'GET', url: '/x' });
  assert.deepEqual(response.json(), { shown: 'yes', deep: { a: 1 } });
});

test('bodies: other media types, too much, none, malformed: refused by name', async () => {
  const app = appWith((one) => {
    const config = { audience: ['public'], repeat: 'natural' } as const;
    one.post('/x', { config, schema: { body: Type.Object({}) }, bodyLimit: 100 }, async () => 1);
    one.post('/raw', { config: { ...config, takes: 'bytes' }, bodyLimit: 100 }, async () => 1);
  });
  const json = 'application/json';
  const bytes = 'application/octet-stream';
  const cases = [
    ['/x', json, '{"a":1}', 200, ''],
    ['/x', json, `"${'x'.repeat(101)}"`, 413, 'LIMIT_EXCEEDED'],
    ['/x', json, '{"a":SECRET', 400, 'INVALID_INPUT'],
    ['/x', json, '{"__proto__":{"SECRET":1}}', 400, 'INVALID_INPUT'],
    ['/x', json, '', 400, 'INVALID_INPUT'],
    ['/x', 'text/plain', 'SECRET', 415, 'UNSUPPORTED'],
    ['/x', bytes, '{}', 415, 'UNSUPPORTED'],
    ['/raw', bytes, 'xyz', 200, ''],
    ['/raw', json, '{}', 415, 'UNSUPPORTED'],
    ['/raw', bytes, 'x'.repeat(101), 413, 'LIMIT_EXCEEDED'],
  ] as const;
  for (const [url, type, payload, status, code] of cases) {
    const headers = { 'content-type': type };
    const response = await app.inject({ method: 'POST', url, headers, payload });
    assert.equal(response.statusCode, status, payload.slice(0, 20));
    assert.doesNotMatch(response.payload, /SECRET/);
    if (status === 200) continue;
    const problem = response.json<{ code: string; detail: string }>();
    assert.equal(problem.code, code);
    if (status === 413) assert.match(problem.detail, /at most 100 bytes/);
  }
});

test('a log line has pattern, status and kind of caller, and nothing that was sent', async () => {
  const lines: string[] = [];
  const app = appWith(
    (one) => {
      one.get('/x/:id', publicly, async () => {
        throw new Error('SECRET\n    at SECRET (SECRET.ts:1:1)', { cause: new Error('SECRET') });
      });
      one.get('/y', publicly, async () => {
        throw new TocsinError('LEDGER_TAMPERED', 'SECRET');
      });
    },
    (line) => lines.push(line),
  );
  const headers = {
    authorization: 'Bearer SECRET',
    'user-agent': 'SECRET',
    'x-request-id': 'SECRET',
  };
  for (const url of ['/x/SECRET?q=SECRET', '/y', '/SECRET', '/v1/inbox/SECRET']) {
    const response = await app.inject({ method: 'GET', url, headers });
    assert.doesNotMatch(response.payload + JSON.stringify(response.headers), /SECRET/);
  }
  assert.doesNotMatch(lines.join('\n'), /SECRET/);
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const errors = parsed.filter((line) => 'error' in line);
  assert.deepEqual(
    errors.map(({ route, error }) => [route, error]),
    [
      ['/x/:id', 'INTERNAL'],
      ['/y', 'LEDGER_TAMPERED'],
      ['/v1/inbox/:alert', 'INTERNAL'],
    ],
  );
  // An error without its text is only of use with its place.
  assert.match(JSON.stringify(errors[0]), /app\.test\.ts:\d+/);
  assert.deepEqual(
    parsed
      .filter((line) => 'status' in line)
      .map(({ route, status, caller }) => [route, status, caller]),
    [
      ['/x/:id', 500, 'public'],
      ['/y', 500, 'public'],
      ['(none)', 404, 'public'],
      ['/v1/inbox/:alert', 500, 'public'],
    ],
  );
});

test('a peer that does not speak HTTP gets a bare 400', async () => {
  const app = appWith();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('SECRET\r\n\r\n'));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text)).on('error', reject);
  });
  await app.close();
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.doesNotMatch(answer, /SECRET/);
});
