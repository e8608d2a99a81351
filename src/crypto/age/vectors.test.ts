import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { type ErrorCode, TocsinError } from '../../domain/errors.ts';
import { sha256Hex } from '../hash.ts';
import { armor, dearmor } from './armor.ts';
import { formatHeader, parseHeader } from './header.ts';
import { importIdentity } from './kinds.ts';
import { open, openStream } from './open.ts';
import { Opener } from './opener.ts';

/** Vectors of C2SP/CCTV; see ORIGIN.md there. */
const FOLDER = new URL('../../../testdata/age/', import.meta.url);

/** Larger files go through a stream in pieces of a prime size: 16 MiB byte by byte are minutes. */
const SMALL_BYTES = 100_000;
const PIECE_BYTES = 997;

/** Of most vectors; stands in where a vector names none. */
const X25519_IDENTITY =
  'AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0';

type Vector = {
  readonly name: string;
  readonly expect: string;
  readonly identities: readonly string[];
  readonly armored: boolean;
  readonly fileKey: string | null;
  /** SHA-256 of all the plaintext that may be given out, though the file may fail afterwards. */
  readonly payload: string;
  readonly file: Buffer;
};

/** What the expectations of the vectors are called here. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  'no match': 'SEAL_NO_MATCH',
  'HMAC failure': 'SEAL_TAMPERED',
  'header failure': 'SEAL_MALFORMED',
  'armor failure': 'SEAL_MALFORMED',
  'payload failure': 'SEAL_TAMPERED',
};

function readVector(name: string): Vector {
  const bytes = readFileSync(new URL(name, FOLDER));
  const end = bytes.indexOf('\n\n');
  const fields = bytes.toString('latin1', 0, end).split('\n');
  const all = (key: string): string[] =>
    fields
      .filter((field) => field.startsWith(`${key}: `))
      .map((field) => field.slice(key.length + 2));
  const body = bytes.subarray(end + 2);
  const identities = all('identity');
  return {
    name,
    expect: all('expect')[0] ?? '',
    identities: identities.length > 0 ? identities : [X25519_IDENTITY],
    armored: all('armored')[0] === 'yes',
    fileKey: all('file key')[0] ?? null,
    payload: all('payload')[0] ?? sha256Hex(),
    file: all('compressed')[0] === 'zlib' ? inflateSync(body) : body,
  };
}

/** All plaintext given out for a file that comes in pieces of `size`, and how it ended. */
function openInPieces(vector: Vector, size: number): { given: Buffer; code: string | null } {
  const parts: Buffer[] = [];
  const opener = new Opener(vector.identities.map(importIdentity), (part) => parts.push(part));
  let code: string | null = null;
  try {
    // One buffer, overwritten by the next piece: nothing may be kept by reference.
    const piece = Buffer.alloc(size);
    for (let at = 0; at < vector.file.length; at += size) {
      const taken = vector.file.copy(piece, 0, at);
      opener.push(taken === size ? piece : piece.subarray(0, taken));
    }
    opener.end();
  } catch (error) {
    code = codeOf(error);
  }
  return { given: Buffer.concat(parts), code };
}

async function openByStream(vector: Vector): Promise<{ given: Buffer; code: string | null }> {
  const parts: Buffer[] = [];
  const stream = openStream(vector.identities);
  const size = vector.file.length <= SMALL_BYTES ? 1 : PIECE_BYTES;
  const reading = (async () => {
    for await (const part of stream) parts.push(part as Buffer);
  })();
  const writing = (async () => {
    for (let at = 0; at < vector.file.length && !stream.destroyed; at += size) {
      if (!stream.write(vector.file.subarray(at, at + size))) await new Promise(setImmediate);
    }
    if (!stream.destroyed) stream.end();
  })();
  const [read] = await Promise.allSettled([reading, writing]);
  const code = read.status === 'rejected' ? codeOf(read.reason) : null;
  return { given: Buffer.concat(parts), code };
}

function codeOf(error: unknown): string {
  assert.ok(error instanceof TocsinError, String(error));
  return error.code;
}

const vectors = readdirSync(FOLDER)
  .filter((name) => name !== 'ORIGIN.md')
  .map(readVector);
const isOfLaterType = ({ name }: Vector): boolean => /scrypt/.test(name);
const native = vectors.filter((vector) => !isOfLaterType(vector));
const later = vectors.filter(isOfLaterType);

test('the vectors are all there', () => {
  assert.equal(native.length, 61);
  assert.equal(later.length, 16);
});

for (const vector of native) {
  describe(`age vector ${vector.name}: ${vector.expect}`, () => {
    const expected = vector.expect === 'success' ? null : (CODES[vector.expect] ?? '?');

    test('whole', () => {
      if (expected === null) {
        assert.equal(sha256Hex(open(vector.identities, vector.file)), vector.payload);
      } else {
        assert.throws(() => open(vector.identities, vector.file), { code: expected });
      }
    });

    test('in pieces, down to single bytes: the same end, and exactly the plaintext allowed', () => {
      for (const size of [1, PIECE_BYTES, 65_536, vector.file.length]) {
        const { given, code } = openInPieces(vector, Math.max(size, 1));
        assert.equal(code, expected);
        assert.equal(sha256Hex(given), vector.payload);
      }
    });

    test('through the stream: the same end, and no plaintext beyond what is allowed', async () => {
      const { given, code } = await openByStream(vector);
      assert.equal(code, expected);
      // A destroyed stream may keep back chunks that were authentic.
      const allowed = openInPieces(vector, vector.file.length || 1).given;
      assert.deepEqual(given, expected === null ? allowed : allowed.subarray(0, given.length));
    });

    test('what was read writes again as it was', () => {
      const binary = vector.armored
        ? unlessRefused(() => dearmor(vector.file.toString()))
        : vector.file;
      if (vector.armored && binary !== null) {
        const text = vector.file.toString().replaceAll('\r\n', '\n').trim();
        assert.equal(armor(binary), `${text}\n`);
      }
      const header = binary === null ? null : unlessRefused(() => parseHeader(binary));
      if (binary === null || header === null || vector.fileKey === null) return;
      const again = formatHeader(header.stanzas, Buffer.from(vector.fileKey, 'hex'));
      const macIsWrong = vector.expect === 'HMAC failure';
      assert.equal(again.equals(binary.subarray(0, header.length)), !macIsWrong);
    });
  });
}

function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    assert.equal(codeOf(error), 'SEAL_MALFORMED');
    return null;
  }
}

describe('age vectors of a type that is not supported', () => {
  for (const vector of later) {
    test(`${vector.name} is refused`, () => {
      // Where the header itself is in order, the refusal names the type; else it is malformed.
      assert.throws(
        () => open([X25519_IDENTITY], vector.file),
        vector.name === 'scrypt_and_x25519'
          ? { code: 'SEAL_MALFORMED' }
          : { code: 'UNSUPPORTED', message: /scrypt/ },
      );
    });
  }
});

test('a file with a hybrid and an X25519 stanza opens with the X25519 identity', () => {
  const vector = readVector('hybrid_and_x25519');
  const [identity] = readVector('scrypt_and_x25519').identities;
  assert.ok(identity !== undefined);
  assert.equal(sha256Hex(open([identity], vector.file)), vector.payload);
});
