import { sha256 } from '../crypto/hash.ts';
import { newId, randomBytes } from '../crypto/random.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { ParticipantId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from '../store/database.ts';
import { insertPerson, insertToken, type TokenHolder } from '../store/programme-store.ts';
import { type Caller, SCOPES, type Scope } from './act.ts';
import type { Context } from './context.ts';

const TOKEN_BYTES = 32;
const TOKEN_PREFIX = 'tocsin_';

/** Adds a person of the issuer. */
export async function addPerson(
  context: Context,
  name: string,
  actor: Actor,
  now: Instant,
): Promise<PersonId> {
  if (name.trim() === '' || name.length > 200) throw invalid('name', '1 to 200 characters', name);
  const id = newId<PersonId>();
  await context.store.issuer((tx) => insertPerson(tx, { id, name }, actor, now));
  return id;
}

/** Makes a token and stores its hash; the token itself is shown this once. */
export async function issueToken(
  tx: Tx,
  holder: TokenHolder,
  scopes: readonly Scope[],
  actor: Actor,
  now: Instant,
): Promise<string> {
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined || scopes.length === 0) {
    throw invalid('scopes', `one or more of ${SCOPES.join(', ')}`, unknown ?? 'none');
  }
  const token = TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
  await insertToken(tx, { id: newId(), hash: hashToken(token), holder, scopes }, actor, now);
  return token;
}

export function hashToken(token: string): Buffer {
  return sha256(Buffer.from(`tocsin/token/v1\n${token}`));
}

/**
 * Who holds this token. Looked up at every request, so that a revoked token is dead at once.
 * @throws UNAUTHENTICATED for a token that is unknown, revoked, or whose reader was removed.
 */
export async function authenticate(context: Context, token: string): Promise<Caller> {
  const found = await context.tokens.holder(hashToken(token));
  if (!found) throw new TocsinError('UNAUTHENTICATED', 'expected a valid token');
  const scopes = found.scopes as Scope[];
  if (found.holder.kind === 'person') {
    return { kind: 'person', id: found.holder.id, token: found.id, scopes };
  }
  return {
    kind: 'reader',
    id: found.holder.id,
    participant: found.participant as ParticipantId,
    token: found.id,
    scopes,
  };
}
