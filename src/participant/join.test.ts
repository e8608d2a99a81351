import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  json,
  newSecrets,
  PaperIssuer,
  problem,
  START,
  URL_OF_ISSUER,
} from '../../tests/support/paper-issuer.ts';
import { newId } from '../crypto/random.ts';
import { encodeInvitation } from '../formats/invitation.ts';
import { memoryHome } from './home.ts';
import { join } from './join.ts';
import { loadMember, openSession } from './session.ts';

function newcomer(issuer: PaperIssuer) {
  return openSession(memoryHome(), issuer.fetch, () => START);
}

test('a reader joins, is known to the issuer, and pins the keys of the invitation', async () => {
  const issuer = new PaperIssuer();
  const session = newcomer(issuer);
  const { reader, participant, token, keys } = await join(session, issuer.invite());
  const enrolled = issuer.readers.get(token);
  assert.deepEqual([enrolled?.reader, enrolled?.participant], [reader, participant]);
  assert.deepEqual(keys, issuer.keys);
  const member = await loadMember(session);
  assert.deepEqual(
    member.own.map(({ recipient, signer }) => [recipient, signer.publicKey]),
    [[enrolled?.recipient, enrolled?.signKey]],
  );
});

test('no verb but join works before joining', async () => {
  await assert.rejects(loadMember(newcomer(new PaperIssuer())), { code: 'NOT_FOUND' });
});

test('a home joins once, and the second invitation stays unspent', async () => {
  const issuer = new PaperIssuer();
  const session = newcomer(issuer);
  await join(session, issuer.invite());
  const asked = issuer.asked.length;
  await assert.rejects(join(session, issuer.invite()), { code: 'CONFLICT' });
  assert.equal(issuer.asked.length, asked);
});

for (const field of ['origin', 'logVerifierKey', 'manifestKey'] as const) {
  test(`a server of another ${field} gets neither invitation nor keys`, async () => {
    const issuer = new PaperIssuer();
    const session = newcomer(issuer);
    const other = new PaperIssuer(newSecrets());
    const shown = { ...issuer.keys, [field]: field === 'origin' ? 'other' : other.keys[field] };
    issuer.instead = (path) => (path === '/v1/issuer' ? Promise.resolve(json(shown)) : null);
    await assert.rejects(join(session, issuer.invite()), { code: 'KEY_WRONG' });
    assert.deepEqual(
      issuer.asked.map(({ path }) => path),
      ['/v1/issuer'],
    );
    assert.equal(await session.home.read('identity.txt'), null);
  });
}

test('an invitation whose log key has another name than the log is refused', async () => {
  const issuer = new PaperIssuer();
  const keys = { ...issuer.keys, origin: 'another.example/log' };
  const invitation = encodeInvitation({ url: URL_OF_ISSUER, invitation: 'invite_x', keys });
  await assert.rejects(join(newcomer(issuer), invitation), { code: 'KEY_INVALID' });
  assert.deepEqual(issuer.asked, []);
});

test('a join that failed keeps its keys for the next invitation', async () => {
  const issuer = new PaperIssuer();
  const session = newcomer(issuer);
  const fail = Promise.resolve(problem(404, 'expected an open one'));
  issuer.instead = (path) => (path === '/v1/join' ? fail : null);
  await assert.rejects(join(session, issuer.invite()), { code: 'NOT_FOUND' });
  const identity = await session.home.read('identity.txt');
  assert.ok(identity);
  issuer.instead = () => null;
  await join(session, issuer.invite());
  assert.deepEqual(await session.home.read('identity.txt'), identity);
});

test('an answer that is not a membership is not kept', async () => {
  const good = { reader: newId(), participant: newId(), token: 'tocsin_token' };
  for (const answer of [
    null,
    [],
    { ...good, reader: 'x' },
    { ...good, participant: '../../etc' },
    { ...good, token: 'a\r\nhost: b' },
    { ...good, token: '' },
    { ...good, token: 7 },
  ]) {
    const issuer = new PaperIssuer();
    const session = newcomer(issuer);
    issuer.instead = (path) => (path === '/v1/join' ? Promise.resolve(json(answer)) : null);
    await assert.rejects(join(session, issuer.invite()), { code: 'INVALID_INPUT' });
    assert.equal(await session.home.read('membership.json'), null);
  }
});
