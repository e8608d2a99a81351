import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sha256 } from '../crypto/hash.ts';
import {
  eventEntry,
  eventLeafHash,
  type Part,
  parseEventEntry,
  partCommitment,
} from './event-leaf.ts';

const issuer: Part = { audience: 'issuer', body: '{"a":1}', salt: Buffer.alloc(32, 1) };
const participant: Part = { audience: 'participant', body: '{"b":2}', salt: Buffer.alloc(32, 2) };

test('a commitment is SHA-256 of label, salt and body', () => {
  assert.deepEqual(
    partCommitment(issuer.salt, 'é'),
    sha256(Buffer.from('tocsin/part/v1\n'), Buffer.alloc(32, 1), Buffer.from('é')),
  );
});

test('an entry says for whom its parts are, and nothing of what they say', () => {
  const commitments = [issuer, participant].map(({ salt, body }) => partCommitment(salt, body));
  const [one, two] = commitments.map((commitment) => commitment.toString('hex'));
  assert.equal(
    eventEntry([issuer, participant]),
    `{"parts":[{"audience":"issuer","commitment":"${one}"},` +
      `{"audience":"participant","commitment":"${two}"}],"v":1}`,
  );
});

test('the leaf is the RFC 6962 hash of the entry, and of either salt', () => {
  const leaf = eventLeafHash(eventEntry([issuer, participant]));
  assert.deepEqual(leaf, sha256(Buffer.of(0), Buffer.from(eventEntry([issuer, participant]))));
  const salted = { ...participant, salt: Buffer.alloc(32, 3) };
  assert.notDeepEqual(eventLeafHash(eventEntry([issuer, salted])), leaf);
});

test('an entry read back gives its commitments', () => {
  assert.deepEqual(parseEventEntry(eventEntry([issuer, participant])), [
    { audience: 'issuer', commitment: partCommitment(issuer.salt, issuer.body) },
    { audience: 'participant', commitment: partCommitment(participant.salt, participant.body) },
  ]);
});

suite('entries that were not made so are refused', () => {
  const good = eventEntry([issuer]);
  const both = eventEntry([issuer, participant]);
  const cases: [string, string, RegExp][] = [
    ['no JSON', '{', /^entry: expected JSON, found 1 characters/],
    ['no object', '[]', /^entry: expected an object, found an array of 0/],
    ['null', 'null', /^entry: expected an object, found null/],
    ['no parts', '{"v":1}', /^entry.parts: expected an array, found undefined/],
    ['an empty list', '{"parts":[],"v":1}', /^parts: expected the issuer's, then/],
    [
      'three parts',
      good.replace('[', '[{},{},'),
      /^entry.parts: expected at most 2 items, found 3/,
    ],
    [
      'a part that is none',
      '{"parts":[7],"v":1}',
      /^entry.parts\[0\]: expected an object, found 7/,
    ],
    [
      'an unknown audience',
      good.replace('issuer', 'public'),
      /audience: expected issuer or partic/,
    ],
    ['the participant alone', good.replace('issuer', 'participant'), /^parts: expected the issuer/],
    ['two of one audience', both.replace('participant', 'issuer'), /found "issuer, issuer"/],
    ['a short commitment', good.replace(/[0-9a-f]{2}"\}/, '"}'), /commitment: expected 64 lower/],
    ['a commitment that is no text', good.replace(/"[0-9a-f]{64}"/, '7'), /found 7$/],
    [
      'another version',
      good.replace('"v":1', '"v":2'),
      /^entry: expected canonical JSON of version 1/,
    ],
    ['a further member', good.replace('"v":1', '"v":1,"w":1'), /^entry: expected canonical JSON/],
    ['white space', good.replace(',', ', '), /^entry: expected canonical JSON/],
  ];
  for (const [what, entry, message] of cases) {
    test(what, () => {
      assert.notEqual(entry, good);
      assert.throws(() => parseEventEntry(entry), { code: 'INVALID_INPUT', message });
    });
  }
});

suite('parts that cannot be committed to', () => {
  const cases: [string, readonly Part[], RegExp][] = [
    ['none', [], /^parts: expected/],
    ['in another order', [participant, issuer], /found "participant, issuer"/],
    [
      'a short salt',
      [{ ...issuer, salt: Buffer.alloc(16) }],
      /^part.salt: expected 32 bytes, found 16/,
    ],
    [
      'a lone surrogate',
      [{ ...issuer, body: '\ud800' }],
      /^part.body: expected well-formed Unicode/,
    ],
  ];
  for (const [what, parts, message] of cases) {
    test(what, () => {
      assert.throws(() => eventEntry(parts), { code: 'INVALID_INPUT', message });
    });
  }
});
