import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalid, TocsinError } from '../domain/errors.ts';
import { asStoreError, literal } from './database.ts';

function driverError(code: string, message = 'insert into alert values (the secret)'): Error {
  return Object.assign(new Error(message), { code });
}

test('what the driver says becomes one of our codes, without its text', () => {
  for (const [code, expected] of [
    ['53100', 'STORE_FULL'],
    ['57P01', 'STORE_UNAVAILABLE'],
    ['08006', 'STORE_UNAVAILABLE'],
    ['53300', 'STORE_UNAVAILABLE'],
    ['ECONNREFUSED', 'STORE_UNAVAILABLE'],
    ['ENOENT', 'STORE_UNAVAILABLE'],
    ['23505', 'INTERNAL'],
    ['42501', 'INTERNAL'],
  ] as const) {
    const error = asStoreError(driverError(code));
    assert.ok(error instanceof TocsinError, code);
    assert.equal(error.code, expected, code);
    assert.doesNotMatch(error.message, /secret/, code);
  }
  const lost = asStoreError(new Error('Connection terminated unexpectedly'));
  assert.ok(lost instanceof TocsinError && lost.code === 'STORE_UNAVAILABLE');
});

test('our own errors and what is no error pass as they are', () => {
  const ours = invalid('name', 'a name', 1);
  assert.equal(asStoreError(ours), ours);
  assert.equal(asStoreError('thrown'), 'thrown');
});

test('no text ends its literal early, at its own end or within', () => {
  for (const text of [
    '',
    "it's",
    'a\\b',
    '$t0$',
    '$t0',
    '$t0$t1',
    '$',
    'x$t0$; drop table event; $t1',
  ]) {
    const quoted = literal(text);
    const quote = /^\$t\d+\$/.exec(quoted)?.[0] ?? '';
    // PostgreSQL ends the literal at the first repetition of what opened it.
    const end = quoted.indexOf(quote, quote.length);
    assert.equal(quoted.slice(quote.length, end), text);
    assert.equal(end + quote.length, quoted.length, text);
  }
});
