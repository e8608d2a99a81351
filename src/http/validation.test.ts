import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TocsinError } from '../domain/errors.ts';
import { StatedEnrolmentText } from './schemas/enrolment.ts';
import { PageQuery } from './schemas/page.ts';
import { requestValidator } from './validation.ts';

const compile = requestValidator();
const enrolment = compile({
  schema: StatedEnrolmentText,
  httpPart: 'body',
  method: 'POST',
  url: '/',
});
const page = compile({ schema: PageQuery, httpPart: 'querystring', method: 'GET', url: '/' });

const VALID = {
  tier: 'entry',
  standing: 'active',
  duty: {
    status: 'stated',
    duties: [
      { law: 'Act 7', trigger: 'any_known', scope: 'any', recipient: 'government', clockMs: null },
    ],
    provenance: 'attested',
    expiresAt: '2027-01-01T00:00:00Z',
  },
  agreement: null,
  consentMode: 'standing',
};

function faultOf(value: unknown): TocsinError {
  const result: unknown = enrolment(value);
  const error = typeof result === 'object' && result && 'error' in result ? result.error : null;
  assert.ok(error instanceof TocsinError, 'expected the value to be refused');
  assert.equal(error.code, 'INVALID_INPUT');
  return error;
}

test('a body is taken as it is', () => {
  assert.deepEqual(enrolment(structuredClone(VALID)), { value: VALID });
});

test('a fault names the field as a path, in the branch of a union that was meant', () => {
  const [duty] = VALID.duty.duties;
  const cases: [string, unknown][] = [
    ['tear', { ...VALID, tear: 'entry' }],
    ['standing', { ...VALID, standing: 'Active' }],
    ['tier', { ...VALID, tier: 5 }],
    ['consentMode', { ...VALID, consentMode: undefined }],
    ['agreement.expiresAt', { ...VALID, agreement: { signedAt: '2025-01-01T00:00:00Z' } }],
    [
      'duty.duties[0].trigger',
      { ...VALID, duty: { ...VALID.duty, duties: [{ ...duty, trigger: 'x' }] } },
    ],
    [
      'duty.duties[0].extra',
      { ...VALID, duty: { ...VALID.duty, duties: [{ ...duty, extra: 1 }] } },
    ],
    ['duty.duties', { ...VALID, duty: { status: 'unknown', duties: [] } }],
    ['duty', { ...VALID, duty: { status: 'perhaps' } }],
  ];
  for (const [field, value] of cases) {
    const body: unknown = JSON.parse(JSON.stringify(value));
    assert.equal(faultOf(body).field, field, JSON.stringify(value));
  }
});

test('a fault says what was expected and what was found', () => {
  assert.equal(
    faultOf({ ...VALID, consentMode: 'always' }).message,
    'consentMode: expected one of standing, per_alert, found "always"',
  );
  assert.equal(faultOf({ ...VALID, tier: 5 }).message, 'tier: expected a string, found 5');
});

test('in a body nothing is coerced; a query is text, and is', () => {
  assert.equal(faultOf({ ...VALID, duty: null }).field, 'duty');
  assert.deepEqual(page({ limit: '5' }), { value: { limit: 5 } });
  for (const query of [{ limit: '0' }, { limit: '201' }, { limit: 'x' }, { offset: '5' }]) {
    assert.ok('error' in Object(page(query)), JSON.stringify(query));
  }
});
