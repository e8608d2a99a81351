import assert from 'node:assert/strict';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import * as typage from 'age-encryption';
import fc from 'fast-check';
import { armor } from './armor.ts';
import { generateIdentity } from './keys.ts';
import { importIdentity } from './kinds.ts';
import { open, openStream } from './open.ts';
import { seal, sealStream } from './seal.ts';

/** Around the bounds of the 64 KiB chunks. */
const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000];
const { identity, recipient } = generateIdentity();
const other = generateIdentity();

/** `size` bytes in which no two chunks are alike. */
function sample(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >>> 8) * 17 + (i >>> 16)) & 255;
  return bytes;
}

async function through(stream: Transform, bytes: Uint8Array, piece: number): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    Buffer.from(bytes.subarray(i * piece, (i + 1) * piece)),
  );
  const parts: Buffer[] = [];
  await pipeline(Readable.from(pieces), stream, async (output: AsyncIterable<Buffer>) => {
    for await (const part of output) parts.push(part);
  });
  return Buffer.concat(parts);
}

test('what was sealed opens, binary and armored, at every size around a chunk', () => {
  for (const size of SIZES) {
    const file = seal([recipient], sample(size));
    assert.deepEqual(open([identity], file), sample(size), `${size} bytes`);
    assert.deepEqual(open([identity], Buffer.from(armor(file))), sample(size), `${size} armored`);
  }
});

test('any plaintext opens for each of its recipients, whoever else is among the identities', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (plaintext) => {
      const file = seal([recipient, other.recipient], plaintext);
      for (const reader of [identity, other.identity]) {
        assert.deepEqual(Uint8Array.from(open([reader], file)), plaintext);
      }
      const single = seal([other.recipient], plaintext);
      assert.deepEqual(Uint8Array.from(open([identity, other.identity], single)), plaintext);
      assert.throws(() => open([identity], single), { code: 'SEAL_NO_MATCH' });
    }),
    { numRuns: 30 },
  );
});

test('an identity imported once opens file after file of its own, and none of others', () => {
  for (const kind of ['X25519', 'mlkem768x25519'] as const) {
    const own = generateIdentity(kind);
    const imported = importIdentity(own.identity);
    for (const size of SIZES) {
      const file = seal([own.recipient], sample(size));
      assert.deepEqual(open([imported], file), sample(size), `${kind}, ${size} bytes`);
      assert.deepEqual(open([identity, imported], file), sample(size), 'beside one as text');
      const foreign = seal([other.recipient], sample(size));
      assert.throws(() => open([imported], foreign), { code: 'SEAL_NO_MATCH' });
    }
  }
});

test('streams give what the one-shot gives, in pieces of any size', async () => {
  for (const size of SIZES) {
    for (const piece of [1009, 65_536, 1_000_000]) {
      const file = await through(sealStream([recipient]), sample(size), piece);
      assert.equal(file.length, seal([recipient], sample(size)).length);
      assert.deepEqual(open([identity], file), sample(size));
      assert.deepEqual(await through(openStream([identity]), file, piece), sample(size));
      const text = Buffer.from(armor(file));
      assert.deepEqual(await through(openStream([identity]), text, piece), sample(size));
    }
  }
});

test('a long stream is sealed and opened in constant memory', async () => {
  const chunk = sample(1_000_000);
  const repeats = 20;
  let most = 0;
  let received = 0;
  const sealing = sealStream([recipient]);
  const opening = openStream([identity]);
  const source = Readable.from(Array.from({ length: repeats }, () => chunk));
  await pipeline(source, sealing, opening, async (plaintext: AsyncIterable<Buffer>) => {
    for await (const part of plaintext) {
      assert.ok(part.equals(expectedAt(chunk, received, part.length)));
      received += part.length;
      most = Math.max(most, sealing.readableLength + opening.readableLength);
    }
  });
  assert.equal(received, repeats * chunk.length);
  // What lies between the stages: a few pieces as they were written, never the file.
  assert.ok(most < 5 * chunk.length, `${most} bytes were held between the stages`);
});

function expectedAt(chunk: Buffer, from: number, length: number): Buffer {
  const start = from % chunk.length;
  return Buffer.concat([chunk, chunk]).subarray(start, start + length);
}

test('a file cut anywhere is refused, whole and as a stream', async () => {
  const file = seal([recipient], sample(65_600));
  const head = file.length - 65_600 - 2 * 16 - 16;
  const cuts = [0, 10, head - 1, head, head + 15, head + 16, head + 31, head + 32, head + 40_000];
  const ends = [head + 16 + 65_552, head + 16 + 65_553, file.length - 17, file.length - 1];
  for (const cut of [...cuts, ...ends]) {
    const short = file.subarray(0, cut);
    const expected = cut < head + 16 ? 'SEAL_MALFORMED' : 'SEAL_TAMPERED';
    assert.throws(() => open([identity], short), { code: expected }, `cut at ${cut}`);
    await assert.rejects(through(openStream([identity]), short, 997), { code: expected });
  }
});

test('every altered byte is noticed', () => {
  const file = seal([recipient], sample(40));
  for (let at = 0; at < file.length; at++) {
    const altered = Buffer.from(file);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    assert.throws(() => open([identity], altered), /age/, `byte ${at}`);
  }
});

test('chunks that are exchanged, repeated or left out are noticed', () => {
  const file = seal([recipient], sample(3 * 65_536));
  const start = file.length - 3 * 65_552;
  const head = file.subarray(0, start);
  const chunks = [0, 1, 2].map((i) => file.subarray(start + i * 65_552, start + (i + 1) * 65_552));
  const order = (...indexes: number[]): Buffer =>
    Buffer.concat([head, ...indexes.flatMap((index) => chunks[index] ?? [])]);
  assert.deepEqual(open([identity], order(0, 1, 2)), sample(3 * 65_536));
  for (const indexes of [[1, 0, 2], [0, 2], [0, 1], [0, 0, 1, 2], [0, 1, 2, 2], [2]]) {
    assert.throws(() => open([identity], order(...indexes)), { code: 'SEAL_TAMPERED' });
  }
});

test('the length tells nothing but that of the plaintext, as docs/formats/copy.md has it', () => {
  for (const size of SIZES) {
    const chunks = Math.max(1, Math.ceil(size / 65_536));
    const file = seal([generateIdentity().recipient], sample(size));
    assert.equal(file.length, 184 + size + 16 * chunks);
    const hybrid = seal([generateIdentity('mlkem768x25519').recipient], sample(size));
    assert.equal(hybrid.length, file.length + 1459);
  }
});

test('the same plaintext is never sealed to the same bytes', () => {
  const [a, b] = [seal([recipient], sample(10)), seal([recipient], sample(10))];
  for (let at = 0; at + 32 <= a.length - 30; at += 32) {
    // Not the version line and stanza type, which all files share.
    if (at >= 64) assert.ok(!b.includes(a.subarray(at, at + 32)), `bytes from ${at}`);
  }
});

test('without recipients or identities there is an error, and it comes at once', () => {
  const missing = { code: 'INVALID_INPUT', message: /at least one/ };
  assert.throws(() => seal([], sample(1)), missing);
  assert.throws(() => sealStream([]), missing);
  assert.throws(() => open([], sample(1)), missing);
  assert.throws(() => openStream([]), missing);
  assert.throws(() => seal([identity], sample(1)), { code: 'KEY_INVALID' });
  assert.throws(() => sealStream(['age1']), { code: 'KEY_INVALID' });
  assert.throws(() => openStream([recipient]), { code: 'KEY_INVALID' });
});

test('what is no age file is refused early, binary, empty, blank or endless', () => {
  const nonsense = [
    sample(0),
    sample(5000),
    Buffer.from(' \n'.repeat(200)),
    Buffer.alloc(2000, ' '),
    Buffer.from(`${' '.repeat(2000)}age-encryption.org/v1\n`),
    Buffer.alloc(2 * 1024 * 1024, 'x'),
  ];
  for (const bytes of nonsense) {
    assert.throws(() => open([identity], bytes), { code: 'SEAL_MALFORMED' });
  }
  const endless = Buffer.from(`age-encryption.org/v1\n${'-> a\n\n'.repeat(200_000)}`);
  assert.throws(() => open([identity], endless), { code: 'LIMIT_EXCEEDED' });
});

test('typage opens what Tocsin seals, and the reverse', async () => {
  for (const size of SIZES) {
    const decrypter = new typage.Decrypter();
    decrypter.addIdentity(identity);
    const opened = await decrypter.decrypt(seal([recipient, other.recipient], sample(size)));
    assert.deepEqual(Buffer.from(opened), sample(size));

    const encrypter = new typage.Encrypter();
    encrypter.addRecipient(other.recipient);
    encrypter.addRecipient(recipient);
    const sealed = await encrypter.encrypt(sample(size));
    assert.deepEqual(open([identity], sealed), sample(size));
    assert.deepEqual(open([identity], Buffer.from(typage.armor.encode(sealed))), sample(size));
    assert.deepEqual(typage.armor.decode(armor(sealed)), sealed);
  }
});

test('typage and Tocsin make the same recipient of an identity', async () => {
  assert.equal(await typage.identityToRecipient(identity), recipient);
});

test('typage opens what Tocsin seals to hybrid keys, and the reverse', async () => {
  const mine = generateIdentity('mlkem768x25519');
  const theirs = await typage.generateHybridIdentity();
  const to = [mine.recipient, await typage.identityToRecipient(theirs)];
  const decrypter = new typage.Decrypter();
  decrypter.addIdentity(theirs);
  const encrypter = new typage.Encrypter();
  for (const recipient of to) encrypter.addRecipient(recipient);
  for (const size of [0, 65_537]) {
    assert.deepEqual(Buffer.from(await decrypter.decrypt(seal(to, sample(size)))), sample(size));
    assert.deepEqual(open([mine.identity], await encrypter.encrypt(sample(size))), sample(size));
  }
});

test('a hybrid key and an X25519 key never share a file', () => {
  const hybrid = generateIdentity('mlkem768x25519').recipient;
  const refusal = { code: 'INVALID_INPUT', message: /hybrid keys only, or none/ };
  assert.throws(() => seal([recipient, hybrid], sample(1)), refusal);
  assert.throws(() => sealStream([hybrid, recipient]), refusal);
});
