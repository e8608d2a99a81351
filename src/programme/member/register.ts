/** The public register of a programme: who is in it, where the programme wants that known. */
import { TocsinError } from '../../domain/errors.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Register } from '../../domain/register.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { type Listed, listedIn, registerOf } from '../../store/register-store.ts';
import { once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';

export type { Listed } from '../../store/register-store.ts';

/**
 * Proposes what a programme publishes of who is in it; so when a second person confirms it.
 * @throws CONFLICT where it is so already.
 */
export async function proposeRegister(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  register: Register,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    if ((await registerOf(tx, programme)) === register) {
      throw new TocsinError('CONFLICT', `register: expected another one than ${register}`);
    }
    const change = { kind: 'register', participant: null, register } as const;
    return { proposal: await proposeMemberChange(context, tx, caller, programme, change, now) };
  });
}

/**
 * What anybody may read.
 * @throws NOT_FOUND where nothing is published, as for a programme there is not.
 */
export async function readRegister(context: Context, programme: ProgrammeId): Promise<Listed[]> {
  return context.store.issuer(async (tx) => {
    const register = await registerOf(tx, programme);
    if (register === null || register === 'none') {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const listed = await listedIn(tx, programme);
    return register === 'sanctions' ? listed : listed.filter((one) => one.as === 'member');
  });
}
