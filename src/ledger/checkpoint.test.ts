import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sha256 } from '../crypto/hash.ts';
import { signer } from '../crypto/sign.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { signNote, verifierKey } from './note.ts';
import { emptyRoot } from './proof.ts';

const origin = 'log.example/tocsin';
const log = { name: origin, ...signer(sha256(Buffer.from('log'))) };
const key = verifierKey(origin, log.publicKey);
const root = sha256(Buffer.from('root'));
const base64 = root.toString('base64');

test('the text is origin, size and root, a line each', () => {
  assert.equal(formatCheckpoint({ origin, size: 12, root }), `${origin}\n12\n${base64}\n`);
});

test('a signed checkpoint is read back', () => {
  for (const checkpoint of [
    { origin, size: 0, root: Buffer.from(emptyRoot(sha256)) },
    { origin, size: 7, root },
    { origin, size: Number.MAX_SAFE_INTEGER, root },
  ]) {
    assert.deepEqual(parseCheckpoint(signNote(formatCheckpoint(checkpoint), log), key), checkpoint);
  }
});

test('each reading of a note is its own: what one reader alters, the next does not see', () => {
  const note = signNote(formatCheckpoint({ origin, size: 7, root }), log);
  parseCheckpoint(note, key).root.fill(0);
  assert.deepEqual(parseCheckpoint(note, key), { origin, size: 7, root });
});

test('extension lines are ignored', () => {
  const note = signNote(`${origin}\n7\n${base64}\nextension\nanother\n`, log);
  assert.deepEqual(parseCheckpoint(note, key), { origin, size: 7, root });
});

test('the origin may differ from the name of the key where the caller says so', () => {
  const note = signNote(`other.example\n7\n${base64}\n`, log);
  assert.deepEqual(parseCheckpoint(note, key, 'other.example').size, 7);
});

suite('signed texts that are no checkpoint of this log', () => {
  const cases: [string, string, RegExp][] = [
    ['two lines', `${origin}\n7\n`, /^checkpoint: expected at least 3 lines, found 2/],
    ['an empty line', `${origin}\n7\n${base64}\n\n`, /^checkpoint: expected no empty line/],
    ['an empty origin', `\n7\n${base64}\n`, /^checkpoint: expected no empty line/],
    ['another origin', `other.example\n7\n${base64}\n`, /^checkpoint.origin: expected log.example/],
    ['a leading zero', `${origin}\n07\n${base64}\n`, /^checkpoint.size: expected a decimal number/],
    ['a sign', `${origin}\n+7\n${base64}\n`, /^checkpoint.size: expected a decimal number/],
    ['an exponent', `${origin}\n1e3\n${base64}\n`, /^checkpoint.size: expected a decimal number/],
    [
      'a size of 2^53',
      `${origin}\n9007199254740992\n${base64}\n`,
      /^checkpoint.size: expected an integer from 0 to 2\^53 - 1, found 9007199254740992$/,
    ],
    [
      'a short root',
      `${origin}\n7\n${base64.slice(4)}\n`,
      /^checkpoint.root: expected base64 of 32/,
    ],
    ['no root', `${origin}\n7\n=\n`, /^checkpoint.root: expected base64 of 32 bytes/],
    ['a root with spaces', `${origin}\n7\n${base64} \n`, /^checkpoint.root: expected base64/],
  ];
  for (const [what, text, message] of cases) {
    test(what, () => {
      const note = signNote(text, log);
      assert.throws(() => parseCheckpoint(note, key), { code: 'INVALID_INPUT', message });
    });
  }

  test('an unsigned one', () => {
    const stranger = { ...log, ...signer(sha256(Buffer.from('stranger'))) };
    const note = signNote(formatCheckpoint({ origin, size: 7, root }), stranger);
    assert.throws(() => parseCheckpoint(note, key), { code: 'SIGNATURE_INVALID' });
  });
});

suite('values that no checkpoint can state', () => {
  const cases: [string, Parameters<typeof formatCheckpoint>[0], RegExp][] = [
    ['no origin', { origin: '', size: 1, root }, /^origin: expected one line/],
    ['an origin of two lines', { origin: 'a\nb', size: 1, root }, /^origin: expected one line/],
    ['a size of 2^53', { origin, size: 2 ** 53, root }, /^size: expected an integer/],
    [
      'a short root',
      { origin, size: 1, root: root.subarray(1) },
      /^root: expected 32 bytes, found 31/,
    ],
  ];
  for (const [what, checkpoint, message] of cases) {
    test(what, () => {
      assert.throws(() => formatCheckpoint(checkpoint), { code: 'INVALID_INPUT', message });
    });
  }
});
