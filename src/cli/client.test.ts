import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { quietWorld } from '../../tests/support/quiet-world.ts';
import type { FetchLike } from '../participant/session.ts';
import { openClient } from './client.ts';
import { run } from './program.ts';

type Sent = { readonly url: string; readonly init: RequestInit };

/** A server that answers these, one after the other, and remembers what it was sent. */
function server(...answers: readonly (() => Response)[]): { fetch: FetchLike; sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: async (url, init) => {
      sent.push({ url, init });
      const answer = answers[sent.length - 1];
      if (!answer) throw new Error('one request too many');
      return answer();
    },
  };
}

const problem = (status: number, body: object) => () =>
  new Response(JSON.stringify({ type: 'about:blank', status, ...body }), { status });
const ok = (body: object) => () => Response.json(body);
const broken = (code: string) => (): Response => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
};

function header({ init }: Sent, name: string): string | null {
  return new Headers(init.headers).get(name);
}

test('a problem is thrown as the error it was', async () => {
  const { fetch } = server(problem(403, { code: 'SECOND_PERSON', detail: 'other', field: 'x' }));
  const client = openClient(fetch, 'http://127.0.0.1:1', 'token');
  await assert.rejects(client.get('/v1/x'), {
    code: 'SECOND_PERSON',
    message: 'other',
    field: 'x',
  });
});

test('what no Tocsin answered is told apart: a redirect, a proxy, another program', async () => {
  const moved = () =>
    new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } });
  const page = (status: number) => () => new Response('<html>', { status });
  const madeUp = problem(500, { code: 'MADE_UP', detail: 'x' });
  const { fetch, sent } = server(moved, page(502), page(404), madeUp, page(200));
  const client = openClient(fetch, 'http://127.0.0.1:1', 'token');
  await assert.rejects(client.get('/v1/x'), { code: 'UNSUPPORTED', message: /redirect/ });
  await assert.rejects(client.get('/v1/x'), { code: 'STORE_UNAVAILABLE' });
  await assert.rejects(client.get('/v1/x'), { code: 'UNSUPPORTED', message: /TOCSIN_URL/ });
  await assert.rejects(client.get('/v1/x'), { code: 'STORE_UNAVAILABLE' });
  await assert.rejects(client.get('/v1/x'), { code: 'UNSUPPORTED', message: /JSON/ });
  assert.ok(sent.every(({ init, url }) => init.redirect === 'manual' && url.includes('127.0.0.1')));
});

test('an act whose connection broke is sent once more, under the same key', async () => {
  const { fetch, sent } = server(broken('ECONNRESET'), ok({}), ok({}));
  const client = openClient(fetch, 'http://127.0.0.1:1', 'token');
  await client.post('/v1/x', { a: 1 }, { ifMatch: 3 });
  await client.postBytes('/v1/x', Buffer.from('sample'));
  const keys = sent.map((one) => header(one, 'idempotency-key'));
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
  assert.match(keys[0] ?? '', /^[!-~]{8,128}$/);
  assert.deepEqual(
    sent.map((one) => [header(one, 'if-match'), header(one, 'content-type')]),
    [
      ['"3"', 'application/json'],
      ['"3"', 'application/json'],
      [null, 'application/octet-stream'],
    ],
  );
});

test('nobody there: said at once, with the server’s name and without the token', async () => {
  const { fetch, sent } = server(broken('ECONNREFUSED'));
  const client = openClient(fetch, 'http://127.0.0.1:1', 'tocsin_secret');
  await assert.rejects(client.get('/v1/x'), (error: Error) => {
    assert.match(error.message, /^http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.equal(sent.length, 1);
});

test('a stream arrives whole, and a refusal of it is an error', async () => {
  const long = 'x'.repeat(300_000);
  const { fetch } = server(
    () => new Response(long),
    problem(403, { code: 'SCOPE_MISSING', detail: 'operator' }),
  );
  const client = openClient(fetch, 'http://127.0.0.1:1', 'token');
  assert.equal(await text(client.stream('/v1/log/export')), long);
  await assert.rejects(text(client.stream('/v1/log/export')), { code: 'SCOPE_MISSING' });
});

suite('where the token comes from, and where it goes', () => {
  const list = ok({ items: [] });
  const listed = async (env: Record<string, string>, ...args: string[]) => {
    const { fetch, sent } = server(list);
    const world = quietWorld({ env, fetch });
    await run(['programme', 'list', '--json', ...args], world);
    return { world, sent };
  };

  test('TOCSIN_TOKEN, to TOCSIN_URL', async () => {
    const env = { TOCSIN_TOKEN: 'tocsin_x\n', TOCSIN_URL: 'https://psirt.example/tocsin/' };
    const { sent } = await listed(env);
    assert.equal(sent[0]?.url, 'https://psirt.example/tocsin/v1/programmes');
    assert.ok(sent[0] && header(sent[0], 'authorization') === 'Bearer tocsin_x');
  });

  test('this machine by default; plain http to another one is refused', async () => {
    const own = await listed({ TOCSIN_TOKEN: 'tocsin_x', TOCSIN_LISTEN: '127.0.0.1:1234' });
    assert.equal(own.sent[0]?.url, 'http://127.0.0.1:1234/v1/programmes');
    const other = await listed({ TOCSIN_TOKEN: 'tocsin_x' }, '--url', 'http://psirt.example');
    assert.equal(other.world.status(), 2);
    assert.equal(other.sent.length, 0);
  });

  test('none, or one that is no word, is refused before anything is sent', async () => {
    for (const token of ['', 'two words']) {
      const { world, sent } = await listed({ TOCSIN_TOKEN: token });
      assert.equal(world.status(), 3);
      assert.equal(sent.length, 0);
    }
  });

  test('an answer of another form is refused by name', async () => {
    const { fetch } = server(ok({ items: [{ id: 1 }] }));
    const world = quietWorld({ env: { TOCSIN_TOKEN: 'tocsin_x' }, fetch });
    await run(['programme', 'list'], world);
    assert.equal(world.status(), 2);
    assert.match(world.stderr(), /UNSUPPORTED: .*programmes\.items\[0\]\.id: expected a text/);
  });

  test('which programme: the only one, the one named, else an error with the names', async () => {
    const two = ok({
      items: ['A', 'B'].map((name) => ({ id: `id-${name}`, name, pack: 'mapp', readerCap: 1 })),
    });
    const page = ok({ items: [], next: null });
    const { fetch, sent } = server(two, page, two);
    const env = { TOCSIN_TOKEN: 'tocsin_x' };
    await run(['alert', 'list', '--programme', 'B'], quietWorld({ env, fetch }));
    assert.match(sent[1]?.url ?? '', /\/v1\/programmes\/id-B\/alerts\?limit=200$/);
    const world = quietWorld({ env, fetch });
    await run(['alert', 'list'], world);
    assert.match(world.stderr(), /INVALID_INPUT: --programme: .*"A", "B"/);
  });
});
