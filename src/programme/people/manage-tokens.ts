import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import { lapseProposals } from '../../store/lapse-store.ts';
import { lockRoles } from '../../store/locks.ts';
import { dropSubject } from '../../store/oidc-store.ts';
import { endPasskeyLinks, removePasskeys } from '../../store/passkey-store.ts';
import type { TokenHolder } from '../../store/programme-store.ts';
import { dropComing } from '../../store/reader-key-store.ts';
import { grantRoles, rolesOf, withdrawRoles } from '../../store/role-store.ts';
import { lockHolder, type PersonRow, persons, revokeTokens } from '../../store/token-store.ts';
import { ROLES, type Role, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { makePasskeyLink, pageOf } from './passkeys.ts';
import { issueToken } from './people.ts';
import { grantsAlone } from './roles.ts';

export type { TokenHolder } from '../../store/programme-store.ts';

/** The issuer's persons, with the scopes of their tokens. */
export async function listPersons(context: Context): Promise<readonly PersonRow[]> {
  return context.store.issuer(persons);
}

/**
 * One more token for a person, made on the server's own machine and shown this once. While that
 * may give roles alone, the person has those of the token from now on.
 * @throws NOT_FOUND; CONFLICT for a role that takes two persons.
 */
export async function addToken(
  context: Context,
  person: PersonId,
  roles: readonly Role[],
  now: Instant,
): Promise<string> {
  const holder = { kind: 'person', id: person } as const;
  return context.store.issuer(async (tx) => {
    await lockRoles(tx);
    if (!(await lockHolder(tx, holder))) throw unknown(holder);
    const known = (await rolesOf(tx, person)) ?? [];
    if (!roles.every((role) => known.includes(role))) {
      if (!(await grantsAlone(tx))) {
        throw new TocsinError(
          'CONFLICT',
          'scopes: expected roles of the person: others take two persons (tocsin person propose)',
        );
      }
      await grantRoles(tx, { actor: SYSTEM, at: now }, person, roles);
    }
    return issueToken(tx, holder, roles, SYSTEM, now);
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
 * Ends all that a holder gets in by: tokens and sessions, passkeys, links that were not used; of a
 * reader its open invitation too, and keys that were to come. From the commit on each of them is
 * unknown; a person has no scope left to sign in to, and what they alone had proposed lapses.
 * @throws NOT_FOUND
 */
export async function endTokens(
  context: Context,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
): Promise<{ revoked: number }> {
  return context.store.issuer(async (tx) => {
    await lockRoles(tx);
    const revoked = await endAccess(tx, holder, actor, now);
    if (holder.kind === 'person') {
      await withdrawRoles(tx, { actor, at: now }, holder.id, ROLES);
      await lapseProposals(tx, { actor, at: now }, holder.id);
    }
    return { revoked };
  });
}

/** The same within an act, but for a person's roles. Returns how many tokens and sessions ended. */
export async function endAccess(
  tx: Tx,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
): Promise<number> {
  if (!(await lockHolder(tx, holder))) throw unknown(holder);
  await removePasskeys(tx, { actor, at: now }, holder);
  await endPasskeyLinks(tx, holder, now);
  await dropSubject(tx, holder);
  if (holder.kind === 'reader') await dropComing(tx, { actor, at: now }, holder.id);
  return revokeTokens(tx, holder, actor, now);
}

function unknown({ kind }: TokenHolder): TocsinError {
  return new TocsinError('NOT_FOUND', `${kind}: expected one of this installation`, {
    field: kind,
  });
}
