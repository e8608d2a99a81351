import { TocsinError } from '../../domain/errors.ts';
import type { ReaderRole } from '../../domain/reader-role.ts';
import type { Caller, PersonCaller, ReaderCaller, Role } from '../../programme/act.ts';

/**
 * Whom a route answers: anybody, persons of the issuer whose token has the role, or of a
 * participant its readers (administrators are), its administrators alone, its machines.
 */
export type Audience = 'public' | ReaderRole | `person:${Role}`;

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

/** Every person of the issuer who may change anything, and see content of alerts. */
export const ACTING_PERSON: readonly Audience[] = [
  'person:author',
  'person:approver',
  'person:manager',
  'person:investigator',
  'person:operator',
];

/** Every person of the issuer. An auditor only looks, and not at content: GET without it alone. */
export const ANY_PERSON: readonly Audience[] = [...ACTING_PERSON, 'person:auditor'];

/** Everybody who can sign in. */
export const ANYBODY_KNOWN: readonly Audience[] = ['reader', ...ANY_PERSON];

/** Whether the caller may use a route of this audience. */
export function admits(audience: readonly Audience[], caller: Caller): boolean {
  if (caller.kind === 'reader') {
    const administers = caller.role === 'administrator';
    return audience.includes(caller.role) || (administers && audience.includes('reader'));
  }
  return caller.scopes.some((scope) => scope !== 'reader' && audience.includes(`person:${scope}`));
}

/** Whether a person may be shown what an author wrote of a vulnerability, its title included. */
export function seesContent({ scopes }: PersonCaller): boolean {
  return scopes.some((scope) => scope !== 'auditor');
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
