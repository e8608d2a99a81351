import { STATUS_CODES } from 'node:http';
import { type ErrorCode, TocsinError } from '../domain/errors.ts';

/** The one table from error code to HTTP status. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  UNSUPPORTED: 415,
  LIMIT_EXCEEDED: 413,
  RATE_LIMITED: 429,
  UNAUTHENTICATED: 401,
  SCOPE_MISSING: 403,
  SIGN_IN_NEEDED: 403,
  SIGNATURE_NEEDED: 403,
  NOT_FOUND: 404,
  NOT_AVAILABLE: 409,
  CONFLICT: 409,
  VERSION_MISMATCH: 412,
  IDEMPOTENCY_REUSED: 422,
  SECOND_PERSON: 403,
  CONFLICT_OF_INTEREST: 403,
  APPROVAL_VOID: 409,
  TIMING_REFUSED: 422,
  POLICY_INVALID: 422,
  POLICY_ERROR: 500,
  CLOCK_DOUBT: 503,
  MARK_FAILED: 500,
  KEY_INVALID: 422,
  KEY_WRONG: 500,
  KEY_SEALED: 409,
  KEY_EXPIRED: 409,
  SEAL_MALFORMED: 422,
  SEAL_NO_MATCH: 422,
  SEAL_TAMPERED: 422,
  SIGNATURE_INVALID: 422,
  RECEIPT_MISMATCH: 422,
  PROOF_INVALID: 422,
  PROMISE_BROKEN: 500,
  LEDGER_TAMPERED: 500,
  LEDGER_ROLLBACK: 500,
  STORE_VERSION: 503,
  STORE_LOCKED: 503,
  STORE_FULL: 507,
  STORE_UNAVAILABLE: 503,
  CONFIG_INVALID: 500,
  INTERNAL: 500,
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Headers that RFC 6750, section 3, asks for. They name no scope: the detail does. */
const CHALLENGE: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNAUTHENTICATED: 'Bearer realm="tocsin"',
  SCOPE_MISSING: 'Bearer realm="tocsin", error="insufficient_scope"',
};

/** An error as it leaves: RFC 9457, with our closed `code` and the `field` at fault. */
export type Problem = {
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
};

/** As a held artifact is answered: the same words whatever holds it. */
const HELD = 'this artifact is not available at the moment';
/** What 500 says, whatever happened: the cause is the operator's. */
const INSIDE = "an error inside Tocsin; the operator's log names its place";

/**
 * The answer for everything that is not there for the caller: never was, not yet, not any more, not
 * for them, malformed, another's. One constant, so that none of these can be told apart.
 */
export const NOT_FOUND: Problem = render(
  'NOT_FOUND',
  'expected something known to the caller',
  null,
);

/**
 * The problem of an error. Errors that are not ours lose their text, and so does every 500.
 * @param told whether the callers of the route may be told what exactly was not found.
 */
export function problemOf(error: unknown, told: boolean): Problem {
  if (!(error instanceof TocsinError)) return render('INTERNAL', INSIDE, null);
  const { code, message, field } = error;
  if (code === 'NOT_FOUND' && !told) return NOT_FOUND;
  // The cause of a hold is the issuer's; whoever else asks learns that nothing is to be had now.
  if (code === 'CLOCK_DOUBT' && !told) return render('NOT_AVAILABLE', HELD, null);
  if (STATUS[code] === 500) return render(code, INSIDE, null);
  return render(code, message, field);
}

function render(code: ErrorCode, detail: string, field: string | null): Problem {
  const status = STATUS[code];
  const title = STATUS_CODES[status] ?? 'Error';
  const body = { type: 'about:blank', title, status, code, detail, ...(field ? { field } : {}) };
  const challenge = CHALLENGE[code];
  return {
    status,
    code,
    headers: challenge ? { 'www-authenticate': challenge } : {},
    bytes: Buffer.from(`${JSON.stringify(body)}\n`),
  };
}
