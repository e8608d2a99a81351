import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, TocsinError } from '../domain/errors.ts';
import { NOT_FOUND, problemOf, STATUS } from './problem.ts';

test('every code is a problem of RFC 9457 that says its own code and status', () => {
  for (const code of ERROR_CODES) {
    const { status, bytes } = problemOf(new TocsinError(code, 'text', { field: 'a.b' }), true);
    const body = JSON.parse(bytes.toString()) as Record<string, unknown>;
    assert.equal(status, STATUS[code]);
    assert.equal(body['code'], code);
    assert.equal(body['status'], status);
    assert.equal(body['type'], 'about:blank');
    assert.equal(typeof body['title'], 'string');
  }
});

test('what is not found is one constant for readers and the public, whatever the cause', () => {
  const causes = ['invitation: expected an open one', 'expected something known', ''];
  for (const cause of causes) {
    const problem = problemOf(new TocsinError('NOT_FOUND', cause, { field: 'x' }), false);
    assert.equal(problem, NOT_FOUND);
  }
  const told = problemOf(new TocsinError('NOT_FOUND', 'alert: expected one'), true);
  assert.match(told.bytes.toString(), /alert: expected one/);
});

test('an error that is not ours, and every 500, loses its text', () => {
  const secret = 'select * from alert where title = SECRET';
  const errors = [new Error(secret), secret, { message: secret }, null];
  for (const code of ERROR_CODES.filter((one) => STATUS[one] === 500)) {
    errors.push(new TocsinError(code, secret, { field: secret, cause: new Error(secret) }));
  }
  for (const error of errors) {
    const { status, bytes, headers } = problemOf(error, true);
    assert.equal(status, 500);
    assert.doesNotMatch(bytes.toString() + JSON.stringify(headers), /SECRET/);
  }
});

test('a missing token is challenged, a token without the scope too (RFC 6750)', () => {
  const missing = problemOf(new TocsinError('UNAUTHENTICATED', 'x'), false);
  const scope = problemOf(new TocsinError('SCOPE_MISSING', 'x'), false);
  assert.equal(missing.headers['www-authenticate'], 'Bearer realm="tocsin"');
  assert.match(scope.headers['www-authenticate'] ?? '', /error="insufficient_scope"/);
});
