import { TocsinError } from '../../domain/errors.ts';
import type { Caller, PersonCaller, ReaderCaller, Scope } from '../../programme/act.ts';

export type PersonScope = Exclude<Scope, 'reader'>;

/** Whom a route answers: anybody, readers, or persons whose token has the scope. */
export type Audience = 'public' | 'reader' | `person:${PersonScope}`;

/**
 * What a repeated POST does. `key`: the header Idempotency-Key is required, and with the same key
 * the first answer comes again. `natural`: the act is its own key (a receipt, an invitation's use).
 */
export type Repeat = 'key' | 'natural';

/**
 * What a route wants of its callers beside. `session`: that they signed in, and sent no token;
 * `verified`: that a passkey has verified them within minutes.
 */
export type SignedInNeed = 'session' | 'verified';

/** Every person of the issuer, whatever the token's scopes. */
export const ANY_PERSON: readonly Audience[] = [
  'person:author',
  'person:approver',
  'person:investigator',
  'person:operator',
];

/** Everybody who can sign in. */
export const ANYBODY_KNOWN: readonly Audience[] = ['reader', ...ANY_PERSON];

/** Whether the caller may use a route of this audience. */
export function admits(audience: readonly Audience[], caller: Caller): boolean {
  if (caller.kind === 'reader') return audience.includes('reader');
  return caller.scopes.some((scope) => scope !== 'reader' && audience.includes(`person:${scope}`));
}

/** Whether a route speaks to persons of the issuer only: they may be told what they mistook. */
export function issuerOnly(audience: readonly Audience[]): boolean {
  return audience.length > 0 && audience.every((one) => one.startsWith('person:'));
}

type Called = { readonly caller: Caller | null };

/** The person calling. @throws INTERNAL on a route whose audience admits others. */
export function personOf({ caller }: Called): PersonCaller {
  if (caller?.kind !== 'person') throw misdeclared('a person');
  return caller;
}

/** The reader calling. @throws INTERNAL on a route whose audience admits others. */
export function readerOf({ caller }: Called): ReaderCaller {
  if (caller?.kind !== 'reader') throw misdeclared('a reader');
  return caller;
}

/** Whoever is calling. @throws INTERNAL on a public route. */
export function callerOf({ caller }: Called): Caller {
  if (!caller) throw misdeclared('a caller');
  return caller;
}

function misdeclared(expected: string): TocsinError {
  return new TocsinError('INTERNAL', `route audience: expected one that admits only ${expected}`);
}
