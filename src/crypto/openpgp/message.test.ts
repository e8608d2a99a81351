import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessage, encrypt, generateKey } from 'openpgp';
import { sealTo } from '../seal-to.ts';
import { keyIdOfMessage, looksLikeOpenpgp } from './message.ts';
import { packetsOf, TAG, writePacket } from './packets.ts';
import { openpgpRecipient } from './recipient.ts';

async function sealedMessage(plaintext: Uint8Array) {
  const { publicKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name: 'Reader' }],
    format: 'object',
  });
  const { text, encrypts } = openpgpRecipient(publicKey.write());
  return { sealed: await sealTo(text, plaintext), encrypts };
}

test('all copies of one length and kind of key are of one length', async () => {
  const lengths = new Set<number>();
  for (let i = 0; i < 8; i++) {
    const { sealed, encrypts } = await sealedMessage(Buffer.alloc(10_000, i));
    lengths.add(sealed.length);
    assert.ok(looksLikeOpenpgp(sealed));
    assert.equal(keyIdOfMessage(sealed), encrypts.slice(-16));
    assert.deepEqual(
      packetsOf(sealed).map(({ tag }) => tag),
      [TAG.sessionKey, TAG.encrypted],
    );
  }
  assert.equal(lengths.size, 1);
});

test('a message without integrity protection is refused by name, before gpg sees it', async () => {
  const { sealed } = await sealedMessage(Buffer.from('x'));
  const [session, data] = packetsOf(sealed);
  assert.ok(session && data);
  const bare = { tag: TAG.encryptedUnprotected, body: data.body.subarray(1) };
  const message = Buffer.concat([session, bare].map(writePacket));
  assert.throws(() => keyIdOfMessage(message), {
    code: 'SEAL_MALFORMED',
    message: /integrity protection, found data without/,
  });
});

test('a message that asks for a password, or is for several, or is none, is refused', async () => {
  const { sealed } = await sealedMessage(Buffer.from('x'));
  const message = await createMessage({ binary: Buffer.from('x') });
  const byPassword: unknown = await encrypt({ message, passwords: ['x'], format: 'binary' });
  assert.ok(byPassword instanceof Uint8Array);
  const [session, data] = packetsOf(sealed);
  assert.ok(session && data);
  const several = Buffer.concat([session, session, data].map(writePacket));
  const cuts = [1, 5, 40, sealed.length - 1].map((length) => sealed.subarray(0, length));
  for (const file of [byPassword, several, ...cuts, Buffer.from('age-encryption.org/v1\n')]) {
    assert.throws(() => keyIdOfMessage(file), { code: 'SEAL_MALFORMED' });
  }
  assert.equal(looksLikeOpenpgp(Buffer.from('age-encryption.org/v1\n')), false);
});
