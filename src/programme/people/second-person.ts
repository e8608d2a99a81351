/** The forms of a programme's second person: what is chosen; choosing takes two always. */
import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { FormChangeId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  checkSetting,
  SECOND_PERSON_ACTS,
  type SecondPersonAct,
  type Setting,
} from '../../domain/second-person.ts';
import { type Announced, announcedOf } from '../../store/announcement-store.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { programmeById } from '../../store/programme-store.ts';
import {
  decideFormChange,
  type FormChange,
  formChangeById,
  insertFormChange,
  openFormChanges,
  settingOf,
} from '../../store/second-person-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { concludedBy, requireAnother } from './conclude.ts';

export type { Announced } from '../../store/announcement-store.ts';
export type { FormChange } from '../../store/second-person-store.ts';

/** The forms in force, those proposed, and what is announced under them. */
export type SecondPerson = {
  readonly forms: readonly (Setting & { readonly act: SecondPersonAct })[];
  readonly proposed: readonly FormChange[];
  readonly announced: readonly Announced[];
};

/** @throws NOT_FOUND */
export async function readSecondPerson(
  context: Context,
  programme: ProgrammeId,
): Promise<SecondPerson> {
  return context.store.issuer(async (tx) => {
    await programmeById(tx, programme);
    const forms: SecondPerson['forms'][number][] = [];
    for (const act of SECOND_PERSON_ACTS) {
      const { form, hours } = await settingOf(tx, programme, act);
      forms.push({ act, form, hours });
    }
    const proposed = await openFormChanges(tx, programme);
    return { forms, proposed, announced: await announcedOf(tx, programme) };
  });
}

/**
 * Proposes another form for an act. Nothing changes before another person confirms; what is under
 * way then keeps the form it began with.
 * @throws INVALID_INPUT for a form that the act does not admit; CONFLICT for the one in force.
 */
export async function proposeForm(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { act, ...to }: Setting & { readonly act: SecondPersonAct },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ change: FormChangeId; digest: string }> {
  checkSetting(act, to);
  return once(context, key, now, async (tx) => {
    await programmeById(tx, programme);
    await lockToChange(tx, programme);
    const before = await settingOf(tx, programme, act);
    if (before.form === to.form && before.hours === to.hours) {
      throw new TocsinError('CONFLICT', 'form: expected another one than the one in force');
    }
    const id = newId<FormChangeId>();
    const digest = await digestOf(tx, { id, programme, act, to });
    const doing = { programme, actor: actorOf(caller), at: now };
    await insertFormChange(tx, doing, { id, act, to, digest, proposer: caller.id });
    return { change: id, digest };
  });
}

/** Of what is proposed, in place of what is in force now. */
async function digestOf(
  tx: Tx,
  { id, programme, act, to }: Pick<FormChange, 'id' | 'programme' | 'act' | 'to'>,
): Promise<string> {
  const { form, hours } = await settingOf(tx, programme, act);
  const before = { form, hours };
  const said = { v: 1, change: id, programme, act, before, after: { ...to } };
  return sha256Hex(Buffer.from(canonicalJson(said)));
}

/**
 * A second person puts a proposed form in force, bound to the digest of what was shown, or refuses
 * it.
 * @throws SECOND_PERSON where the proposer confirms; APPROVAL_VOID for another digest, and where
 *   another form is in force by now; CONFLICT for one decided.
 */
export async function decideForm(
  context: Context,
  caller: PersonCaller,
  id: FormChangeId,
  stated: { readonly decision: 'confirm' | 'refuse'; readonly digest: string },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ outcome: 'confirmed' | 'refused' }> {
  return once(context, key, now, async (tx) => {
    const known = await formChangeById(tx, id);
    if (!known) throw unknownChange();
    await lockToChange(tx, known.programme);
    // Read again under the lock: two decisions wait for each other there.
    const change = (await formChangeById(tx, id)) ?? known;
    if (stated.decision === 'confirm') {
      requireAnother(concludedBy(caller), change.proposer, 'decision');
    }
    if (change.outcome !== null) {
      throw new TocsinError('CONFLICT', 'change: expected an open one, found one decided');
    }
    const isShown = change.digest === stated.digest;
    const isStill = stated.decision === 'refuse' || change.digest === (await digestOf(tx, change));
    if (!isShown || !isStill) {
      const expected = 'digest: expected that of the proposal over the form in force';
      throw new TocsinError('APPROVAL_VOID', expected, { field: 'digest' });
    }
    const outcome = stated.decision === 'confirm' ? 'confirmed' : 'refused';
    const act = { programme: change.programme, actor: actorOf(caller), at: now };
    await decideFormChange(tx, act, change, { outcome, decider: caller.id });
    return { outcome };
  });
}

function unknownChange(): TocsinError {
  return new TocsinError('NOT_FOUND', 'change: expected one of this installation', {
    field: 'change',
  });
}
