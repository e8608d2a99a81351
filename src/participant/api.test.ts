import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { json, PaperIssuer, problem, START } from '../../tests/support/paper-issuer.ts';
import { joinedReader } from '../../tests/support/paper-reader.ts';
import { verify } from '../crypto/sign.ts';
import { baseOfSent, parseSignature } from '../formats/signed-request.ts';
import { acknowledge } from './acknowledge.ts';
import { openApi, openMemberApi } from './api.ts';
import { fetchCopy, inbox } from './inbox.ts';
import { makeOwnKeys } from './own-keys.ts';
import { forgetMember, loadMember } from './session.ts';

const URL = 'https://issuer.example';

function apiThat(answers: () => Response | Promise<Response>) {
  return openApi(async () => answers(), URL);
}

test('the token travels in the Authorization header only', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  issuer.asked.length = 0;
  await inbox(session);
  await fetchCopy(session, issuer.alert, issuer.artifact);
  assert.equal(issuer.asked.length, 2);
  for (const { path, init } of issuer.asked) {
    assert.equal(new Headers(init.headers).get('authorization'), `Bearer ${enrolled.token}`);
    assert.ok(!path.includes(enrolled.token));
  }
});

test('a redirect is not followed: the token goes nowhere else', async (t) => {
  let elsewhere = 0;
  const server = createServer((request, response) => {
    if (request.url === '/elsewhere') elsewhere += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { session } = await joinedReader(new PaperIssuer());
  const member = await loadMember(session);
  const api = openMemberApi({ ...session, fetch }, { ...member, url: `http://127.0.0.1:${port}` });
  await assert.rejects(api.getJson('/v1/inbox'), {
    code: 'INVALID_INPUT',
    message: /found a redirect \(302\)/,
  });
  assert.equal(elsewhere, 0);
});

/** Whose key has signed what a reader asked; null: none of these. */
function signerOf(
  { path, init }: { path: string; init: RequestInit },
  keys: readonly Uint8Array[],
): Uint8Array | null {
  const headers = new Headers(init.headers);
  const sent = parseSignature(headers.get('signature-input') ?? '', headers.get('signature') ?? '');
  const base =
    sent &&
    baseOfSent(sent, {
      ...{ method: init.method ?? '', authority: 'issuer.example', target: path },
      contentDigest: headers.get('content-digest'),
      idempotencyKey: headers.get('idempotency-key'),
    });
  if (!sent || !base) return null;
  assert.equal(sent.created, START / 1_000);
  return keys.find((key) => verify(key, base, sent.signature)) ?? null;
}

test('whatever a member asks is signed by its key, each time with another nonce', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  issuer.asked.length = 0;
  await inbox(session);
  await inbox(session);
  await acknowledge(session, issuer.deliver(enrolled));
  const signed = issuer.asked.map((one) => signerOf(one, [enrolled.signKey]));
  assert.deepEqual(signed, [enrolled.signKey, enrolled.signKey, enrolled.signKey]);
  const inputs = issuer.asked.map(({ init }) => new Headers(init.headers).get('signature-input'));
  assert.equal(new Set(inputs).size, 3);
});

test('a signature by keys not in force yet is followed by one of those before', async () => {
  const issuer = new PaperIssuer();
  const { session, enrolled } = await joinedReader(issuer);
  await makeOwnKeys(session.home, 1, 'X25519', null);
  forgetMember(session);
  issuer.instead = (path, init) => {
    if (signerOf({ path, init }, [enrolled.signKey]) !== null) return null;
    return Promise.resolve(problem(403, 'a signed request is needed', 'SIGNATURE_NEEDED'));
  };
  issuer.asked.length = 0;
  await inbox(session);
  assert.equal(issuer.asked.length, 2);
});

test('a clock that is a minute off is named, when the server takes no signature', async () => {
  const issuer = new PaperIssuer();
  const { session } = await joinedReader(issuer);
  const refused = (at: number) => () => {
    const answer = problem(403, 'a signed request is needed', 'SIGNATURE_NEEDED');
    answer.headers.set('date', new Date(at).toUTCString());
    return Promise.resolve(answer);
  };
  issuer.instead = refused(START + 90_000);
  await assert.rejects(inbox(session), { code: 'CLOCK_DOUBT', message: /90 s behind: set it/ });
  issuer.instead = refused(START - 90_000);
  await assert.rejects(inbox(session), { code: 'CLOCK_DOUBT', message: /90 s ahead: set it/ });
  issuer.instead = refused(START + 20_000);
  await assert.rejects(inbox(session), { code: 'SCOPE_MISSING', message: /signed request/ });
});

test('ids that are paths stay within their place in the URL', async () => {
  const issuer = new PaperIssuer();
  const { session } = await joinedReader(issuer);
  await assert.rejects(fetchCopy(session, '../../v1/issuer?', 'x/../y'), { code: 'NOT_FOUND' });
  assert.equal(
    issuer.asked.at(-1)?.path,
    '/v1/inbox/..%2F..%2Fv1%2Fissuer%3F/artifacts/x%2F..%2Fy/copy',
  );
});

test('an endless answer is cut off', async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const api = apiThat(() => new Response(endless));
  await assert.rejects(api.getBytes('/v1/x', 1_000_000), { code: 'LIMIT_EXCEEDED' });
  assert.ok(sent < 30, `${sent} parts of 64 KiB were taken`);
});

test('an answer that breaks off is no answer', async () => {
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error('reset'));
    },
  });
  await assert.rejects(apiThat(() => new Response(broken)).getBytes('/v1/x', 1_000), {
    code: 'STORE_UNAVAILABLE',
  });
});

test('no server can make this program report a broken promise or ledger by its words', async () => {
  for (const status of [400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503]) {
    for (const code of ['PROMISE_BROKEN', 'LEDGER_TAMPERED', 'LEDGER_ROLLBACK']) {
      const answer = () => json({ type: 'about:blank', status, code, detail: code }, status);
      await assert.rejects(apiThat(answer).getJson('/v1/x'), (error: { code?: string }) => {
        assert.notEqual(error.code, code);
        return true;
      });
    }
  }
});

test("a server's words cannot steer the terminal", async () => {
  const answer = () => problem(404, `\u001b[2Jgone\r\n\u202e${'x'.repeat(5_000)}`);
  await assert.rejects(apiThat(answer).getJson('/v1/x'), (error: Error) => {
    assert.ok(!/[\p{C}]/u.test(error.message), 'no control character');
    assert.ok(error.message.length < 300);
    return true;
  });
});

test('an answer that is not what a problem looks like still says its status', async () => {
  for (const body of ['<html>bad gateway</html>', '[]', '{"detail":7}', '']) {
    const answer = () => new Response(body, { status: 502 });
    await assert.rejects(apiThat(answer).getJson('/v1/x'), {
      code: 'STORE_UNAVAILABLE',
      message: /\(502\)$/,
    });
  }
});

test('JSON that would occupy the parser is refused before it is parsed', async () => {
  const deep = '['.repeat(100_000);
  await assert.rejects(apiThat(() => new Response(deep)).getJson('/v1/x'), {
    code: 'LIMIT_EXCEEDED',
  });
});
