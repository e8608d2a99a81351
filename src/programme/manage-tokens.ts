import { TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { lapseProposals } from '../store/lapse-store.ts';
import { dropSubject } from '../store/oidc-store.ts';
import { endPasskeyLinks, removePasskeys } from '../store/passkey-store.ts';
import type { TokenHolder } from '../store/programme-store.ts';
import {
  lockHolder,
  type PersonRow,
  persons,
  revokeTokens,
  withdrawScopes,
} from '../store/token-store.ts';
import type { Scope } from './act.ts';
import type { Context } from './context.ts';
import { makePasskeyLink, pageOf } from './passkeys.ts';
import { issueToken } from './people.ts';

export type { TokenHolder } from '../store/programme-store.ts';

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
    if (!(await lockHolder(tx, holder))) throw unknown(holder);
    return issueToken(tx, holder, scopes, actor, now);
  });
}

/**
 * A link by which a holder registers their first passkey, as the address of a page, shown this
 * once. @throws NOT_FOUND; CONFLICT for one with a passkey.
 */
export async function addLink(
  context: Context,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
): Promise<string> {
  const link = await context.store.issuer((tx) => makePasskeyLink(tx, holder, actor, now));
  return pageOf(context, link);
}

/**
 * Ends all that a holder gets in by: tokens and sessions, passkeys, links that were not used. From
 * the commit on each of them is unknown; a person has no scope left to sign in to, and what they
 * alone had proposed lapses.
 * @throws NOT_FOUND
 */
export async function endTokens(
  context: Context,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
): Promise<{ revoked: number }> {
  return context.store.issuer(async (tx) => {
    if (!(await lockHolder(tx, holder))) throw unknown(holder);
    await removePasskeys(tx, { actor, at: now }, holder);
    await endPasskeyLinks(tx, holder, now);
    await dropSubject(tx, holder);
    if (holder.kind === 'person') {
      await withdrawScopes(tx, holder.id);
      await lapseProposals(tx, { actor, at: now }, holder.id);
    }
    return { revoked: await revokeTokens(tx, holder, actor, now) };
  });
}

function unknown({ kind }: TokenHolder): TocsinError {
  return new TocsinError('NOT_FOUND', `${kind}: expected one of this installation`, {
    field: kind,
  });
}
