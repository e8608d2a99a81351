/** The way back for somebody who lost every passkey: one person proposes it, another confirms. */
import { newId, randomBytes } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { PersonId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lapseProposals } from '../../store/lapse-store.ts';
import { lockRoles } from '../../store/locks.ts';
import { dropSubject } from '../../store/oidc-store.ts';
import { endPasskeyLinks, lockSigned, removePasskeys } from '../../store/passkey-store.ts';
import type { TokenHolder } from '../../store/programme-store.ts';
import {
  decideStoredRecovery,
  insertRecovery,
  lastRecoveries,
  lockRecovery,
  type Recovery,
} from '../../store/recovery-store.ts';
import { revokeTokens } from '../../store/token-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireApart } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { hashCode, lockOwn, makePasskeyLink, pageOf } from './passkeys.ts';

const OPEN_DAYS = 7;

/**
 * Proposes that somebody gets a new link. The code is told to the proposer, this once: they bring
 * it to whom it is about, by a way on which they know them. It ends unconfirmed after a week.
 * @throws NOT_FOUND for a holder who is out; SECOND_PERSON for one's own.
 */
export async function proposeRecovery(
  context: Context,
  caller: PersonCaller,
  holder: TokenHolder,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ recovery: string; code: string }> {
  if (holder.id === caller.id) throw notOneself();
  return once(context, key, now, async (tx) => {
    await lockOwn(tx, caller);
    const known = await lockSigned(tx, holder);
    if (!known) throw new TocsinError('NOT_FOUND', `${holder.kind}: expected one with access`);
    if (known.participant !== null) {
      await requireApart(tx, caller.id, 'participant', known.participant);
    }
    const [id, code] = [newId(), randomBytes(12).toString('hex')];
    const proposed = { id, holder, codeHash: hashCode(code), proposer: caller.id };
    await insertRecovery(tx, { actor: actorOf(caller), at: now }, proposed);
    return { recovery: id, code };
  });
}

/** A recovery as it is listed; `until`: by when it is to be decided. */
export type RecoveryLine = Omit<Recovery, 'codeHash'> & { readonly until: Instant };

/** The last 1 000 recoveries, newest first. */
export async function listRecoveries(context: Context): Promise<RecoveryLine[]> {
  const all = await context.store.issuer(lastRecoveries);
  return all.map(({ codeHash: _, ...told }) => ({ ...told, until: endOf(told) }));
}

function endOf({ at }: Pick<Recovery, 'at'>): Instant {
  return plus(at, OPEN_DAYS * DAY_MS);
}

/** What is proposed, as another person looks at it. @throws NOT_FOUND */
export async function readRecovery(
  context: Context,
  id: string,
): Promise<Pick<Recovery, 'holder' | 'proposer' | 'at' | 'outcome'>> {
  return context.store.issuer((tx) => recoveryById(tx, id));
}

/**
 * Another person confirms or refuses. Confirmed, all that the holder got in by ends (passkeys,
 * sessions, tokens, links) and there is a new link, told to who confirms. It serves with the code
 * alone: neither of the two can use it without the other.
 * @throws SECOND_PERSON for who proposed it and for whom it is about; CONFLICT for one decided, or
 *   older than a week; NOT_FOUND.
 */
export async function decideRecovery(
  context: Context,
  caller: PersonCaller,
  id: string,
  decision: 'confirm' | 'refuse',
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ outcome: 'confirmed' | 'refused'; link: string | null }> {
  return once(context, key, now, async (tx) => {
    await lockRoles(tx);
    await lockOwn(tx, caller);
    const found = await recoveryById(tx, id);
    checkOpen(found, now);
    const { holder, codeHash } = found;
    const act = { actor: actorOf(caller), at: now };
    const by = { decider: caller.id };
    if (decision === 'refuse') {
      await decideStoredRecovery(tx, act, id, { outcome: 'refused', ...by });
      return { outcome: 'refused', link: null } as const;
    }
    if (!others(found, caller.id)) throw notOneself();
    if (!(await lockSigned(tx, holder))) {
      throw new TocsinError('CONFLICT', `${holder.kind}: expected one with access`);
    }
    await decideStoredRecovery(tx, act, id, { outcome: 'confirmed', ...by });
    await removePasskeys(tx, act, holder);
    await endPasskeyLinks(tx, holder, now);
    await revokeTokens(tx, holder, act.actor, now);
    await dropSubject(tx, holder);
    // Whoever had got in may have proposed something too.
    if (holder.kind === 'person') await lapseProposals(tx, act, holder.id);
    const link = await makePasskeyLink(tx, holder, act.actor, now, codeHash);
    return { outcome: 'confirmed', link: pageOf(context, link) } as const;
  });
}

async function recoveryById(tx: Tx, id: string): Promise<Recovery> {
  const found = await lockRecovery(tx, id);
  if (found) return found;
  throw new TocsinError('NOT_FOUND', 'recovery: expected one of this installation');
}

function checkOpen(recovery: Recovery, now: Instant): void {
  if (recovery.outcome === null && now < endOf(recovery)) return;
  throw new TocsinError('CONFLICT', 'recovery: expected an open one, found one decided or over');
}

function others({ proposer, holder }: Recovery, decider: PersonId): boolean {
  return proposer !== decider && holder.id !== decider;
}

function notOneself(): TocsinError {
  return new TocsinError(
    'SECOND_PERSON',
    'recovery: expected two persons, neither of them its own',
  );
}
