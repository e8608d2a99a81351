import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerToken, refuseTokenInUrl } from './bearer.ts';

test('the token is taken from the Authorization header alone, in the form of RFC 6750', () => {
  assert.equal(bearerToken('Bearer tocsin_Ab-_9'), 'tocsin_Ab-_9');
  assert.equal(bearerToken('bearer  tocsin_x'), 'tocsin_x');
  const wrong = [undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpw', 'Bearer a b', 'x Bearer a'];
  for (const header of wrong) {
    assert.throws(() => bearerToken(header), { code: 'UNAUTHENTICATED' });
  }
});

test('a URL with a token in it is refused under any name the token is given', () => {
  for (const url of ['/v1/inbox?token=x', '/v1/inbox?a=1&access_token=x', '/v1/x?key=tocsin_Ab']) {
    assert.throws(() => refuseTokenInUrl(url), { code: 'INVALID_INPUT', field: 'Authorization' });
  }
  refuseTokenInUrl('/v1/inbox?cursor=dG9rZW4&limit=5');
});
