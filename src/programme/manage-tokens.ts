import { TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { TokenHolder } from '../store/programme-store.ts';
import { holderExists, type PersonRow, persons, revokeTokens } from '../store/token-store.ts';
import type { Scope } from './act.ts';
import type { Context } from './context.ts';
import { issueToken } from './people.ts';

/** The issuer's persons, with the scopes of their tokens. */
export async function listPersons(context: Context): Promise<readonly PersonRow[]> {
  return context.store.issuer(persons);
}

/** One more token for a person, shown this once. @throws NOT_FOUND */
export async function addToken(
  context: Context,
  person: PersonId,
  scopes: readonly Scope[],
  actor: Actor,
  now: Instant,
): Promise<string> {
  const holder = { kind: 'person', id: person } as const;
  return context.store.issuer(async (tx) => {
    if (!(await holderExists(tx, holder))) throw unknown(holder);
    return issueToken(tx, holder, scopes, actor, now);
  });
}

/** Ends all tokens of a holder: from the commit on each of them is unknown. @throws NOT_FOUND */
export async function endTokens(
  context: Context,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
): Promise<{ revoked: number }> {
  return context.store.issuer(async (tx) => {
    if (!(await holderExists(tx, holder))) throw unknown(holder);
    return { revoked: await revokeTokens(tx, holder, actor, now) };
  });
}

function unknown({ kind }: TokenHolder): TocsinError {
  return new TocsinError('NOT_FOUND', `${kind}: expected one of this installation`, {
    field: kind,
  });
}
