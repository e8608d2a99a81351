import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateKey, type PrivateKey, reformatKey, revokeKey, SecretKeyPacket } from 'openpgp';
import { openpgpSignature } from '../../../tests/support/openpgp-signature.ts';
import { checkRecipient, sealTo } from '../seal-to.ts';
import { verifyByOpenpgp } from './key.ts';
import { packetsOf, TAG, writePacket } from './packets.ts';
import { OPENPGP_PREFIX, openpgpRecipient, parseOpenpgpRecipient } from './recipient.ts';

const AT = Date.UTC(2025, 5, 1);
const DAY_S = 86_400;
const USER = { name: 'Harbour SOC', email: 'soc@harbour.example' };

type Options = Parameters<typeof generateKey>[0];

async function made(options: Partial<Options> = {}): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy',
    userIDs: [USER],
    date: new Date(AT),
    ...options,
    format: 'object',
  } as Options & { format: 'object' });
  return privateKey;
}

const exported = (key: PrivateKey): Uint8Array => key.toPublic().write();
const textOf = (bytes: Uint8Array): string =>
  OPENPGP_PREFIX + Buffer.from(bytes).toString('base64');

/** Not a single key of these is taken, and the error says which it is. */
async function refusedAs(text: string, message: RegExp, code = 'KEY_INVALID'): Promise<void> {
  await assert.rejects(checkRecipient(text), (error: { code: string; message: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

describe('an OpenPGP recipient', () => {
  test('is read back as it was written, and of each kind that is taken sealed to', async () => {
    const kinds: Partial<Options>[] = [
      {},
      { type: 'ecc', curve: 'nistP256' },
      { type: 'ecc', curve: 'nistP384' },
      { type: 'ecc', curve: 'nistP521' },
      { type: 'rsa', rsaBits: 2_048 },
    ] as Partial<Options>[];
    for (const kind of kinds) {
      const { text } = openpgpRecipient(exported(await made(kind)));
      assert.equal(parseOpenpgpRecipient(text).text, text);
      assert.equal(await checkRecipient(text), null);
      assert.ok((await sealTo(text, Buffer.from('x'))).length > 0);
    }
  });

  test('has nothing in it that does not belong: old and others’ parts are left out', async () => {
    const key = await made({ userIDs: [USER, { name: 'Other', email: 'o@harbour.example' }] });
    const plain = openpgpRecipient(exported(key));
    const other = await made();
    const signed = await key.toPublic().signAllUsers([other]);
    assert.equal(openpgpRecipient(signed.write()).text, plain.text);
    const tags = packetsOf(plain.bytes).map(({ tag }) => tag);
    assert.deepEqual(tags, [6, 13, 2, 14, 2]);
    const older = await made();
    const renewed = await reformatKey({
      privateKey: older,
      userIDs: [USER],
      date: new Date(AT + 1_000 * DAY_S),
      keyExpirationTime: 30 * DAY_S,
      format: 'object',
    });
    const both = [
      ...packetsOf(exported(renewed.privateKey)),
      ...packetsOf(exported(older)).slice(1),
    ];
    const { text } = openpgpRecipient(Buffer.concat(both.map(writePacket)));
    assert.equal(text, openpgpRecipient(exported(renewed.privateKey)).text);
  });

  test('a subkey that signs is taken along, and signs', async () => {
    const key = await made({ subkeys: [{ sign: true }, {}] } as Partial<Options>);
    const { text, signs, primary, bytes } = openpgpRecipient(exported(key));
    assert.notEqual(signs, primary);
    assert.equal(packetsOf(bytes).length, 7);
    const message = Buffer.from('tocsin/join/v1\n');
    const binary = await openpgpSignature(key, message, new Date(AT + 60_000));
    assert.equal(await verifyByOpenpgp(text, message, binary), true);
    assert.equal(await verifyByOpenpgp(text, Buffer.from('another'), binary), false);
    const { text: stranger } = openpgpRecipient(exported(await made()));
    assert.equal(await verifyByOpenpgp(stranger, message, binary), false);
  });

  test('says when it ends', async () => {
    const { text } = openpgpRecipient(exported(await made({ keyExpirationTime: 30 * DAY_S })));
    assert.equal(await checkRecipient(text), AT + 30 * DAY_S * 1_000);
  });
});

describe('refused by name', () => {
  const cases: Readonly<Record<string, [bytes: () => Promise<Uint8Array>, message: RegExp]>> = {
    'a secret key': [async () => (await made()).write(), /found a secret key/],
    'a key of version 6': [
      async () => exported(await made({ type: 'curve25519', config: { v6Keys: true } } as Options)),
      /version 4, found version 6/,
    ],
    'a revoked key': [
      async () => {
        const { publicKey } = await revokeKey({
          key: await made(),
          date: new Date(AT + 1_000),
          format: 'object',
        });
        return publicKey.write();
      },
      /found a revoked one/,
    ],
    'a key whose one subkey for encryption was revoked': [
      async () => {
        const key = await made();
        const [subkey] = key.subkeys;
        assert.ok(subkey);
        const { keyPacket } = key;
        assert.ok(keyPacket instanceof SecretKeyPacket);
        key.subkeys = [await subkey.revoke(keyPacket, undefined, new Date(AT + 1_000))];
        return exported(key);
      },
      /subkey for encryption, found none/,
    ],
    'a key without a subkey': [
      async () => exported(await made({ subkeys: [] })),
      /subkey for encryption, found none/,
    ],
    'a key without a user id': [
      async () => {
        const packets = packetsOf(exported(await made()));
        const [primary, , , subkey, binding] = packets;
        assert.ok(primary && subkey && binding);
        return Buffer.concat([primary, subkey, binding].map(writePacket));
      },
      /user id certified by the key, found none/,
    ],
    'RSA of 1024 bits': [
      async () =>
        exported(
          await made({ type: 'rsa', rsaBits: 1_024, config: { minRSABits: 1_024 } } as Options),
        ),
      /2048 to 8192 bits/,
    ],
    'another curve': [
      async () => {
        const packets = packetsOf(exported(await made({ type: 'ecc', curve: 'nistP256' })));
        const curve = Buffer.from('2a8648ce3d030107', 'hex');
        for (const { tag, body } of packets) {
          if (tag !== TAG.publicSubkey) continue;
          const at = body.indexOf(curve);
          if (at !== -1) body.writeUInt8(8, at + 7);
        }
        return Buffer.concat(packets.map(writePacket));
      },
      /on another curve/,
    ],
    'X25519 in the form of RFC 9580': [
      async () => exported(await made({ type: 'curve25519' } as Options)),
      /algorithm 2[57]/,
    ],
    'no key at all': [async () => Buffer.from('age1'), /OpenPGP packets/],
  };
  for (const [name, [bytes, message]] of Object.entries(cases)) {
    test(name, async () => {
      const found = await bytes();
      assert.throws(() => openpgpRecipient(found), { code: 'KEY_INVALID', message });
      await refusedAs(textOf(found), message);
    });
  }

  test('self-signatures that are another’s', async () => {
    const packets = packetsOf(exported(await made()));
    const theirName = { name: 'Other', email: 'o@other.example' };
    const strangers = packetsOf(exported(await made({ userIDs: [theirName] })));
    for (const tag of [TAG.userId, TAG.publicSubkey]) {
      const theirs = strangers.find((one) => one.tag === tag);
      assert.ok(theirs);
      const mixed = packets.map((one) => (one.tag === tag ? theirs : one));
      await refusedAs(textOf(Buffer.concat(mixed.map(writePacket))), /self-signatures that hold/);
    }
  });

  test('more than belongs there, another form of the same, and too much', async () => {
    const { bytes, text } = openpgpRecipient(exported(await made()));
    const [primary, user] = packetsOf(bytes);
    assert.ok(primary && user);
    await refusedAs(textOf(Buffer.concat([bytes, writePacket(user)])), /nothing else/);
    const long = Buffer.concat([
      Buffer.from([0xc6, 255, 0, 0, 0, primary.body.length]),
      primary.body,
    ]);
    const rest = bytes.subarray(writePacket(primary).length);
    await refusedAs(textOf(Buffer.concat([long, rest])), /nothing else/);
    await refusedAs(`${text}\n`, /base64/);
    await refusedAs(textOf(Buffer.alloc(20_000, 0xc6)), /at most/, 'LIMIT_EXCEEDED');
  });

  test('any cut of a key, as input and not as a defect', async () => {
    const { bytes } = openpgpRecipient(exported(await made()));
    for (let length = 1; length < bytes.length; length += 7) {
      await refusedAs(textOf(bytes.subarray(0, length)), /OpenPGP key/);
    }
  });

  test('a point of small order, to which everybody’s secret is the same', async () => {
    const key = await made();
    const [subkey] = key.subkeys;
    assert.ok(subkey);
    const { publicParams } = subkey.keyPacket;
    assert.ok('Q' in publicParams && publicParams.Q instanceof Uint8Array);
    publicParams.Q.fill(0, 1);
    const again = { privateKey: key, userIDs: [USER], date: new Date(AT) };
    const { privateKey } = await reformatKey({ ...again, format: 'object' });
    await refusedAs(openpgpRecipient(exported(privateKey)).text, /sealed to/);
  });
});
