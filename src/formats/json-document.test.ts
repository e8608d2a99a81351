import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ARTIFACT_BYTES } from '../domain/artifact.ts';
import { TocsinError } from '../domain/errors.ts';
import { parseJsonDocument } from './json-document.ts';

const bytes = (text: string) => Buffer.from(text);

function refusal(input: Uint8Array): TocsinError {
  try {
    parseJsonDocument(input, 'the document');
  } catch (error) {
    assert.ok(error instanceof TocsinError);
    return error;
  }
  throw new Error('the document was accepted');
}

test('a document at each limit is taken, one beyond it is refused by name', () => {
  const nested = (levels: number) => bytes('['.repeat(levels) + ']'.repeat(levels));
  const many = (items: number) => bytes(JSON.stringify(Array.from({ length: items }, () => 1)));
  const spread = (rows: number) =>
    bytes(
      JSON.stringify(Array.from({ length: rows }, () => Array.from({ length: 1000 }, () => 0))),
    );

  parseJsonDocument(nested(64), 'the document');
  assert.match(refusal(nested(65)).message, /at most 64 levels/);
  parseJsonDocument(many(10_000), 'the document');
  assert.match(refusal(many(10_001)).message, /at most 10000 items/);
  parseJsonDocument(spread(99), 'the document');
  assert.match(refusal(spread(101)).message, /at most 100000 values/);

  const large = refusal(Buffer.alloc(MAX_ARTIFACT_BYTES + 1, 0x20));
  assert.equal(large.code, 'LIMIT_EXCEEDED');
  assert.match(large.message, /16777216 bytes, found 16777217 bytes/);
});

test('a depth bomb that never closes is refused before it is parsed', () => {
  assert.equal(refusal(bytes('{"a":'.repeat(2_000_000))).code, 'LIMIT_EXCEEDED');
});

test('brackets, commas and quotes inside strings count for nothing', () => {
  const text = `["${'[{,'.repeat(100_000)}", "\\"[[", "\\\\"]`;
  assert.equal((parseJsonDocument(bytes(text), 'the document') as unknown[]).length, 3);
});

test('no error text quotes the document', () => {
  const secret = 'the-embargoed-part';
  for (const text of [`{"a": ${secret}}`, `{"${secret}": 1,}`, `${secret}`, `{"a": "${secret}`]) {
    const error = refusal(bytes(text));
    assert.equal(error.code, 'INVALID_INPUT');
    assert.ok(!error.message.includes('embargo'), error.message);
    assert.equal(error.cause, undefined);
  }
});

test('bytes that are not UTF-8, unpaired surrogates and __proto__ are refused', () => {
  assert.match(refusal(Buffer.from([0x22, 0xff, 0x22])).message, /expected UTF-8/);
  assert.equal(refusal(bytes('{"a": ["\\ud800"]}')).field, 'a[0]');
  assert.equal(refusal(bytes('{"a": {"__proto__": {"b": 1}}}')).field, 'a');
  assert.equal(refusal(bytes('{"a": {"\\udc00": 1}}')).field, 'a');
});

test('a document cut within a character leaves nothing behind for the next one', () => {
  assert.match(refusal(Buffer.from([0x22, 0xe2, 0x82])).message, /expected UTF-8/);
  assert.equal(parseJsonDocument(bytes('"\u20ac"'), 'the document'), '\u20ac');
});

test('a byte order mark is passed over, and of a duplicate key the last value counts', () => {
  assert.deepEqual(parseJsonDocument(bytes('\uFEFF{"a":1,"a":2}'), 'the document'), { a: 2 });
});
