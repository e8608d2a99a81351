import { type ErrorCode, TocsinError } from '../domain/errors.ts';

/** What each exit status means; docs/cli.md has the same table. Scripts may rely on it. */
export const EXIT_STATUSES = {
  done: { status: 0, meaning: 'done' },
  found: { status: 1, meaning: 'a check ran to its end and found something wrong' },
  input: { status: 2, meaning: 'the command, its input or the configuration is wrong' },
  refused: {
    status: 3,
    meaning: 'not allowed: the token, its scope, or a second person is missing',
  },
  absent: { status: 4, meaning: 'not there, or not available to you now' },
  changed: { status: 5, meaning: 'something changed meanwhile: look again, then repeat' },
  later: {
    status: 6,
    meaning: 'held, busy or unreachable: repeat later, or do what the message says',
  },
  evidence: { status: 7, meaning: 'does not verify: keep everything as it is and report it' },
  mismatch: { status: 8, meaning: 'the key or the stored data is not the one that is needed' },
  inside: { status: 70, meaning: 'an error inside Tocsin' },
} as const;

type Kind = keyof typeof EXIT_STATUSES;

/** The one table from error code to exit status. */
export const EXIT_OF: Readonly<Record<ErrorCode, Kind>> = {
  INVALID_INPUT: 'input',
  UNSUPPORTED: 'input',
  LIMIT_EXCEEDED: 'input',
  RATE_LIMITED: 'later',
  UNAUTHENTICATED: 'refused',
  SCOPE_MISSING: 'refused',
  SIGN_IN_NEEDED: 'refused',
  SIGNATURE_NEEDED: 'refused',
  NOT_FOUND: 'absent',
  NOT_AVAILABLE: 'absent',
  CONFLICT: 'changed',
  VERSION_MISMATCH: 'changed',
  IDEMPOTENCY_REUSED: 'changed',
  SECOND_PERSON: 'refused',
  CONFLICT_OF_INTEREST: 'refused',
  APPROVAL_VOID: 'changed',
  TIMING_REFUSED: 'input',
  POLICY_INVALID: 'input',
  POLICY_ERROR: 'inside',
  CLOCK_DOUBT: 'later',
  MARK_FAILED: 'inside',
  KEY_INVALID: 'input',
  KEY_WRONG: 'mismatch',
  KEY_SEALED: 'refused',
  KEY_EXPIRED: 'refused',
  SEAL_MALFORMED: 'input',
  SEAL_NO_MATCH: 'mismatch',
  SEAL_TAMPERED: 'evidence',
  SIGNATURE_INVALID: 'evidence',
  RECEIPT_MISMATCH: 'evidence',
  PROOF_INVALID: 'evidence',
  PROMISE_BROKEN: 'evidence',
  LEDGER_TAMPERED: 'evidence',
  LEDGER_ROLLBACK: 'evidence',
  STORE_VERSION: 'mismatch',
  STORE_LOCKED: 'later',
  STORE_FULL: 'later',
  STORE_UNAVAILABLE: 'later',
  CONFIG_INVALID: 'input',
  INTERNAL: 'inside',
};

/** The exit status of whatever was thrown. */
export function exitStatusOf(error: unknown): number {
  const kind = error instanceof TocsinError ? EXIT_OF[error.code] : 'inside';
  return EXIT_STATUSES[kind].status;
}
