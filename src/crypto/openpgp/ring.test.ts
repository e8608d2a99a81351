import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKey, readKey, revokeKey } from 'openpgp';
import { readRing } from './ring.ts';

const AT = Date.UTC(2025, 6, 1);
const DAY = 86_400_000;

async function key(name: string, email: string, days?: number) {
  const made = await generateKey({
    type: 'ecc',
    userIDs: [{ name, email }],
    date: new Date(AT - 10 * DAY),
    ...(days === undefined ? {} : { keyExpirationTime: days * 86_400 }),
    format: 'object',
  });
  return made;
}

async function ringOf(...armoured: string[]): Promise<Buffer> {
  const keys = await Promise.all(armoured.map((armoredKey) => readKey({ armoredKey })));
  return Buffer.concat(keys.map((one) => one.toPublic().write()));
}

test('keys of a ring, armoured or binary, with the addresses that they certify', async () => {
  const { publicKey } = await key('Harbour SOC', 'soc@harbour.example');
  const other = await key('Quarry', 'cert@quarry.example');
  const ring = await ringOf(publicKey.armor(), other.publicKey.armor());
  const found = await readRing(ring, AT);
  assert.deepEqual(found, [
    {
      fingerprint: publicKey.getFingerprint().toUpperCase(),
      addresses: ['soc@harbour.example'],
      ended: false,
    },
    {
      fingerprint: other.publicKey.getFingerprint().toUpperCase(),
      addresses: ['cert@quarry.example'],
      ended: false,
    },
  ]);
  assert.deepEqual(await readRing(Buffer.from(publicKey.armor()), AT), found.slice(0, 1));
});

test('a key that has expired or was revoked is told apart, and at which instant', async () => {
  const short = await key('Short', 'a@short.example', 20);
  const ring = await ringOf(short.publicKey.armor());
  assert.equal((await readRing(ring, AT))[0]?.ended, false);
  assert.equal((await readRing(ring, AT + 11 * DAY))[0]?.ended, true);
  const { publicKey } = await revokeKey({
    key: short.privateKey,
    date: new Date(AT - DAY),
    format: 'object',
  });
  assert.equal((await readRing(await ringOf(publicKey.armor()), AT))[0]?.ended, true);
});

test('a user id that somebody else put under a key is left out', async () => {
  const { publicKey } = await key('Harbour SOC', 'soc@harbour.example');
  const forged = await key('Somebody', 'ceo@harbour.example');
  const [user] = forged.publicKey.users;
  assert.ok(user);
  const mixed = await readKey({ armoredKey: publicKey.armor() });
  mixed.users.push(user);
  const [found] = await readRing(Buffer.from(mixed.write()), AT);
  assert.deepEqual(found?.addresses, ['soc@harbour.example']);
});

test('a secret key, a file that is none, and half a ring are refused as input', async () => {
  const { privateKey, publicKey } = await key('Harbour SOC', 'soc@harbour.example');
  const ring = Buffer.from(publicKey.write());
  for (const bytes of [
    Buffer.from(privateKey.armor()),
    Buffer.from('name,tier\n'),
    Buffer.alloc(1_000),
    ring.subarray(0, 40),
  ]) {
    await assert.rejects(readRing(bytes, AT), { code: 'INVALID_INPUT' });
  }
});
