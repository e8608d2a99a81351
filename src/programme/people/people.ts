import { sha256 } from '../../crypto/hash.ts';
import { newId, randomBytes } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { ParticipantId, PersonId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import {
  type FoundToken,
  insertPerson,
  insertToken,
  type TokenHolder,
} from '../../store/programme-store.ts';
import { grantRoles } from '../../store/role-store.ts';
import { type Caller, type Role, SCOPES, type Scope, type SignedIn, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';

const TOKEN_BYTES = 32;
const TOKEN_PREFIX = 'tocsin_';

/** Somebody new of the issuer, with roles, and a token that has them. The system's act. */
export async function addPerson(
  tx: Tx,
  name: string,
  roles: readonly Role[],
  now: Instant,
): Promise<{ person: PersonId; token: string }> {
  checkPersonName(name);
  const id = newId<PersonId>();
  await insertPerson(tx, { id, name }, SYSTEM, now);
  await grantRoles(tx, { actor: SYSTEM, at: now }, id, roles);
  const token = await issueToken(tx, { kind: 'person', id }, roles, SYSTEM, now);
  return { person: id, token };
}

/** @throws INVALID_INPUT */
export function checkPersonName(name: string): void {
  if (name.trim() === '' || name.length > 200) throw invalid('name', '1 to 200 characters', name);
}

/** What a token is told apart by, and until when it serves; by default without end. */
export type TokenTerms = { readonly label: string | null; readonly expiresAt: Instant | null };

/**
 * Makes a token and stores its hash; the token itself is shown this once. The caller has seen that
 * its holder may do what it may.
 */
export async function issueToken(
  tx: Tx,
  holder: TokenHolder,
  scopes: readonly Scope[],
  actor: Actor,
  now: Instant,
  terms: TokenTerms = { label: null, expiresAt: null },
): Promise<string> {
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined || scopes.length === 0) {
    throw invalid('scopes', `one or more of ${SCOPES.join(', ')}`, unknown ?? 'none');
  }
  const token = TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
  const stored = { id: newId(), hash: hashToken(token), holder, scopes, ...terms };
  await insertToken(tx, stored, actor, now);
  return token;
}

export function hashToken(token: string): Buffer {
  return sha256(Buffer.from(`tocsin/token/v1\n${token}`));
}

/**
 * Who holds this token. Looked up at every request, so that a revoked token is dead at once.
 * @throws UNAUTHENTICATED for a token that is unknown, revoked, over, or whose reader was removed.
 */
export async function authenticate(context: Context, token: string, now: Instant): Promise<Caller> {
  return callerOf(await findToken(context, token, now), null);
}

/** The same, with what is known of its holder. @throws as `authenticate`. */
export async function findToken(
  context: Context,
  token: string,
  now: Instant,
): Promise<FoundToken> {
  const found = await context.tokens.holder(hashToken(token));
  if (!found || found.session || (found.expiresAt !== null && found.expiresAt <= now)) {
    throw new TocsinError('UNAUTHENTICATED', 'expected a valid token');
  }
  context.tokens.used(found.id, now);
  return found;
}

/** The caller that a token or session stands for, whose key has signed nothing yet. */
export function callerOf(found: FoundToken, signedIn: SignedIn | null): Caller {
  const { holder } = found;
  const given = { token: found.id, scopes: found.scopes as Scope[], signedIn };
  if (holder.kind === 'person') return { kind: 'person', id: holder.id, ...given };
  const participant = found.participant as ParticipantId;
  const role = found.role ?? 'reader';
  const { mustSign } = found;
  return { kind: 'reader', id: holder.id, participant, role, signed: false, mustSign, ...given };
}
