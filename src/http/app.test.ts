import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { Type } from 'typebox';
import { ROUTES } from '../../tests/support/routes.ts';
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
  assert.deepEqual(table.sort(), ROUTES);
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
