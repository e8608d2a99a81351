import { invalid, TocsinError } from '../../domain/errors.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockSigned } from '../../store/passkey-store.ts';
import type { TokenHolder } from '../../store/programme-store.ts';
import { tokensOf } from '../../store/session-store.ts';
import { actorOf, type Caller, once, type Scope } from '../act.ts';
import type { Context } from '../context.ts';
import { lockOwn } from './passkeys.ts';
import { issueToken } from './people.ts';
import { holderOf } from './sessions.ts';

const MOST_TOKENS = 20;
/** A token of one's own making ends within a year. */
export const MOST_TOKEN_DAYS = 366;

/**
 * One more token for the caller, shown this once: it may do some of what they may, for some days.
 * @throws SCOPE_MISSING for more than the caller may do; LIMIT_EXCEEDED; INVALID_INPUT
 */
export async function makeOwnToken(
  context: Context,
  caller: Caller,
  asked: { readonly label: string; readonly scopes: readonly Scope[]; readonly days: number },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ token: string }> {
  const { scopes, days } = asked;
  const label = asked.label.trim();
  if (label === '' || label.length > 100) throw invalid('label', '1 to 100 characters', label);
  if (!Number.isInteger(days) || days < 1 || days > MOST_TOKEN_DAYS) {
    throw invalid('days', `1 to ${MOST_TOKEN_DAYS}`, days);
  }
  requireAmong(caller.scopes, scopes);
  const holder = holderOf(caller);
  return once(context, key, now, async (tx) => {
    await lockOwn(tx, caller);
    await requireStill(tx, holder, scopes);
    const own = await tokensOf(tx, holder, now);
    if (own.filter(({ kind }) => kind === 'api').length >= MOST_TOKENS) {
      throw new TocsinError('LIMIT_EXCEEDED', `tokens: expected at most ${MOST_TOKENS}`);
    }
    const terms = { label, expiresAt: plus(now, days * DAY_MS) };
    return { token: await issueToken(tx, holder, scopes, actorOf(caller), now, terms) };
  });
}

/** Under the lock: what was withdrawn since the caller was let in does not come back by a token. */
async function requireStill(tx: Tx, holder: TokenHolder, scopes: readonly Scope[]): Promise<void> {
  const known = await lockSigned(tx, holder);
  requireAmong(known?.scopes ?? [], scopes);
}

function requireAmong(own: readonly string[], scopes: readonly Scope[]): void {
  const more = scopes.find((scope) => !own.includes(scope));
  if (more === undefined) return;
  throw new TocsinError('SCOPE_MISSING', `scopes: expected the caller's own, found ${more}`, {
    field: 'scopes',
  });
}
