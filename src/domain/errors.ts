/**
 * Every error code Tocsin can raise. The union is closed: the HTTP status of each code is one table
 * at the edge (`http/problem.ts`), the exit status of each code one table in `cli/exit.ts`.
 */
export const ERROR_CODES = [
  'INVALID_INPUT',
  'UNSUPPORTED',
  'LIMIT_EXCEEDED',
  'RATE_LIMITED',
  'UNAUTHENTICATED',
  'SCOPE_MISSING',
  'SIGN_IN_NEEDED',
  'SIGNATURE_NEEDED',
  'NOT_FOUND',
  'NOT_AVAILABLE',
  'CONFLICT',
  'VERSION_MISMATCH',
  'IDEMPOTENCY_REUSED',
  'SECOND_PERSON',
  'CONFLICT_OF_INTEREST',
  'APPROVAL_VOID',
  'TIMING_REFUSED',
  'POLICY_INVALID',
  'POLICY_ERROR',
  'CLOCK_DOUBT',
  'MARK_FAILED',
  'KEY_INVALID',
  'KEY_WRONG',
  'KEY_SEALED',
  'KEY_EXPIRED',
  'SEAL_MALFORMED',
  'SEAL_NO_MATCH',
  'SEAL_TAMPERED',
  'SIGNATURE_INVALID',
  'RECEIPT_MISMATCH',
  'PROOF_INVALID',
  'PROMISE_BROKEN',
  'LEDGER_TAMPERED',
  'LEDGER_ROLLBACK',
  'STORE_VERSION',
  'STORE_LOCKED',
  'STORE_FULL',
  'STORE_UNAVAILABLE',
  'CONFIG_INVALID',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error class. `message` says what was expected and what was found, never content or
 * secrets; `field` names the input at fault as a path (`artifacts[2].kind`).
 */
export class TocsinError extends Error {
  readonly code: ErrorCode;
  readonly field: string | null;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TocsinError';
    this.code = code;
    this.field = options.field ?? null;
  }
}

/** An `INVALID_INPUT` that names the field, what was expected there and what was found. */
export function invalid(field: string, expected: string, found: unknown): TocsinError {
  return new TocsinError('INVALID_INPUT', `${field}: expected ${expected}, found ${show(found)}`, {
    field,
  });
}

/**
 * A short, content-free rendering of a value for an error text: its type and size, or a small
 * scalar.
 */
function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return `a ${typeof value}`;
}

/** What the system says when a disk, a quota or the limit of a process has no room for a file. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** A file or folder that could not be read or written, as an error that names it. */
export function fileError(path: string, cause: unknown): TocsinError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
  if (NO_ROOM.includes(code)) {
    return new TocsinError(
      'STORE_FULL',
      `${path}: expected room to write it, found none (${code})`,
      { cause },
    );
  }
  return new TocsinError(
    'CONFIG_INVALID',
    `${path}: expected to read and write it, found ${code}`,
    { cause },
  );
}
