import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../crypto/hash.ts';
import { signer } from '../crypto/sign.ts';
import { parseVerifierKey, signNote, verifierKey, verifyNote } from './note.ts';

type NoteVector = { vkey: string; text: string; signed: string; bad_vkeys?: string[] };

const vector = (file: string): NoteVector =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../testdata/tlog', file), 'utf8'),
  ) as NoteVector;

const neumann = vector('signed-note.json');
const example = vector('c2sp-signed-note.json');

const noteSigner = (name: string, seed: string) => ({
  name,
  ...signer(sha256(Buffer.from(seed))),
});
const alice = noteSigner('alice.example/log', 'alice');
const bob = noteSigner('bob.example/witness', 'bob');
const aliceKey = verifierKey(alice.name, alice.publicKey);

suite('published notes', () => {
  for (const { vkey, text, signed } of [neumann, example]) {
    test(`by ${vkey.split('+')[0]}`, () => {
      assert.equal(verifyNote(signed, vkey), text);
    });
  }

  test('no proper part of the published key is a key', () => {
    const { vkey } = neumann;
    for (let begin = 0; begin < vkey.length; begin++) {
      for (let end = begin; end <= vkey.length; end++) {
        if (end - begin === vkey.length) continue;
        assert.throws(() => parseVerifierKey(vkey.slice(begin, end)), { code: 'KEY_INVALID' });
      }
    }
  });

  test('no change of a byte of the published key leaves a key', () => {
    const bytes = Buffer.from(neumann.vkey);
    for (let at = 0; at < bytes.length; at++) {
      for (let flip = 1; flip < 256; flip++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        for (const encoding of ['utf8', 'latin1'] as const) {
          assert.throws(() => parseVerifierKey(changed.toString(encoding)), {
            code: 'KEY_INVALID',
          });
        }
      }
    }
  });

  test('the published bad keys are refused', () => {
    const bad = neumann.bad_vkeys ?? [];
    assert.equal(bad.length, 2);
    for (const vkey of bad) assert.throws(() => parseVerifierKey(vkey), { code: 'KEY_INVALID' });
  });
});

suite('verifier keys', () => {
  test('are read back as they were written', () => {
    const parsed = parseVerifierKey(aliceKey);
    assert.equal(parsed.name, alice.name);
    assert.deepEqual(parsed.publicKey, alice.publicKey);
    assert.equal(verifierKey(parsed.name, parsed.publicKey), aliceKey);
  });

  const cases: [string, () => unknown, RegExp][] = [
    ['a name with a space', () => verifierKey('a b', alice.publicKey), /expected a name without/],
    ['with a no-break space', () => verifierKey('a\u00a0b', alice.publicKey), /a name without/],
    ['with a plus', () => verifierKey('a+b', alice.publicKey), /a name without/],
    ['with a newline', () => verifierKey('a\nb', alice.publicKey), /a name without/],
    ['no name', () => verifierKey('', alice.publicKey), /a name without/],
    ['a short key', () => verifierKey('a', Buffer.alloc(31)), /public key of 32 bytes, found 31$/],
    [
      'another type',
      () => parseVerifierKey('a+00000000+BAAA'),
      /type 1 \(Ed25519\), found type 4$/,
    ],
    ['too short a key', () => parseVerifierKey('a+00000000+AQAA'), /32 bytes, found 2$/],
    [
      'the id of another name',
      () => parseVerifierKey(aliceKey.replace('alice', 'alicf')),
      /expected key id [0-9a-f]{8}, found [0-9a-f]{8}$/,
    ],
    [
      'an id in capitals',
      () => parseVerifierKey(aliceKey.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase())),
      /expected <name>\+<8 hex digits>/,
    ],
  ];
  for (const [what, act, message] of cases) {
    test(`refused: ${what}`, () => {
      assert.throws(act, { code: 'KEY_INVALID', message });
    });
  }
});

/** A note text: anything without control characters, ending in a newline. */
const noteText = fc
  .string({ unit: 'grapheme' })
  .map((text) => `${text.replace(/\p{Cc}/gu, '\n')}\n`);

suite('notes', () => {
  test('what is signed verifies and gives back the text', () => {
    fc.assert(
      fc.property(noteText, (text) => {
        assert.equal(verifyNote(signNote(text, alice), aliceKey), text);
      }),
    );
  });

  test('no prefix of a note and no note with a changed character verifies', () => {
    const note = signNote('alpha\n\n— not a signature\n', alice);
    for (let end = 0; end < note.length; end++) {
      assert.throws(() => verifyNote(note.slice(0, end), aliceKey));
      for (const change of ['x', '\n', ' ', '']) {
        const changed = note.slice(0, end) + change + note.slice(end + 1);
        if (changed !== note) assert.throws(() => verifyNote(changed, aliceKey));
      }
    }
  });

  const text = 'checked\n';
  const own = signNote(text, alice);
  const foreign = signNote(text, bob).slice(`${text}\n`.length);
  const line = own.slice(`${text}\n`.length);

  test('signatures by others are ignored', () => {
    assert.equal(verifyNote(`${own}${foreign}`, aliceKey), text);
    assert.equal(verifyNote(`${text}\n${foreign}${line}`, aliceKey), text);
  });

  test('a key with our name or our id, but not both, is another key', () => {
    const namesake = noteSigner(alice.name, 'namesake');
    const theirs = signNote(text, namesake).slice(`${text}\n`.length);
    assert.equal(verifyNote(`${own}${theirs}`, aliceKey), text);
    const renamed = line.replace(alice.name, 'elsewhere.example');
    assert.equal(verifyNote(`${own}${renamed}`, aliceKey), text);
    assert.throws(() => verifyNote(`${text}\n${theirs}${renamed}`, aliceKey), {
      code: 'SIGNATURE_INVALID',
      message: 'note: expected a signature by alice.example/log, found 2 by other keys',
    });
  });

  test('a note that verified does so under its key alone, and no other note does after it', () => {
    const namesakeKey = verifierKey(alice.name, noteSigner(alice.name, 'namesake').publicKey);
    const bobKey = verifierKey(bob.name, bob.publicKey);
    const others = [own.replace(text, 'chequed\n'), `${own}\n`, own.slice(0, -1), ` ${own}`];
    for (let round = 0; round < 2; round++) {
      assert.equal(verifyNote(own, aliceKey), text);
      for (const key of [namesakeKey, bobKey]) {
        assert.throws(() => verifyNote(own, key), { code: 'SIGNATURE_INVALID' });
      }
      for (const other of others) assert.throws(() => verifyNote(other, aliceKey));
    }
  });

  test('a key with the beginning of a note at its end is no key, whatever verified before', () => {
    assert.equal(verifyNote(own, aliceKey), text);
    for (let at = 1; at < own.length; at++) {
      const [begin, end] = [own.slice(0, at), own.slice(at)];
      assert.throws(() => verifyNote(end, aliceKey + begin), { code: 'KEY_INVALID' });
    }
  });

  test('what does not verify never does, and does not stand in for what verifies', () => {
    const stranger = noteSigner('alice.example/log', 'stranger');
    const strangerKey = verifierKey(stranger.name, stranger.publicKey);
    const note = signNote('new\n', stranger);
    for (let round = 0; round < 3; round++) {
      assert.throws(() => verifyNote(note, aliceKey), { code: 'SIGNATURE_INVALID' });
    }
    assert.equal(verifyNote(note, strangerKey), 'new\n');
    assert.throws(() => verifyNote(note, aliceKey), { code: 'SIGNATURE_INVALID' });
  });

  test('every signature by the key must hold, not just one', () => {
    const other = signNote('other\n', alice).slice('other\n\n'.length);
    assert.equal(verifyNote(`${own}${line}`, aliceKey), text);
    assert.throws(() => verifyNote(`${own}${other}`, aliceKey), {
      code: 'SIGNATURE_INVALID',
      message: /one that does not verify$/,
    });
  });

  test('a hundred signatures are read, not one more', () => {
    assert.equal(verifyNote(own + foreign.repeat(99), aliceKey), text);
    assert.throws(() => verifyNote(own + foreign.repeat(100), aliceKey), {
      code: 'LIMIT_EXCEEDED',
      message: 'note: expected at most 100 signatures, found 101',
    });
  });

  const malformed: [string, string, string, RegExp][] = [
    ['too long', 'x'.repeat(1_000_001), 'LIMIT_EXCEEDED', /at most 1000000 characters/],
    ['without a blank line', line, 'INVALID_INPUT', /a blank line before the signatures/],
    ['without a newline at the end', own.slice(0, -1), 'INVALID_INPUT', /a newline at the end/],
    ['without signatures', `${text}\n`, 'SIGNATURE_INVALID', /found 0 by other keys/],
    ['with DOS lines', own.replaceAll('\n', '\r\n'), 'INVALID_INPUT', /found "U\+000d"/],
    ['with a tab', `\t${own}`, 'INVALID_INPUT', /found "U\+0009"/],
    ['with a lone surrogate', `\udc00${own}`, 'INVALID_INPUT', /well-formed Unicode/],
    ['with a hyphen for the dash', own.replace('—', '-'), 'INVALID_INPUT', /note signature 1/],
    ['with a word for a signature', `${own}— a b!\n`, 'INVALID_INPUT', /note signature 2/],
    ['with an id alone', `${own}— a AAAAAA==\n`, 'INVALID_INPUT', /note signature 2/],
    ['with loose base64', `${own}— a AAAAAAB=\n`, 'INVALID_INPUT', /note signature 2/],
    ['with a plus in a name', `${own}— a+b AAAAAAAA\n`, 'INVALID_INPUT', /note signature 2/],
  ];
  for (const [what, note, code, message] of malformed) {
    test(`refused: ${what}`, () => {
      assert.throws(() => verifyNote(note, aliceKey), { code, message });
    });
  }

  test('a text that cannot be a note is not signed', () => {
    const refused = { code: 'INVALID_INPUT' };
    for (const bad of ['', 'no newline', 'a\u0000b\n', '\ud800\n']) {
      assert.throws(() => signNote(bad, alice), refused);
    }
    assert.throws(() => signNote(text, { ...alice, name: 'a b' }), { code: 'KEY_INVALID' });
  });
});
