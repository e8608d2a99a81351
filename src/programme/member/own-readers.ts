/** A participant's administrators say who its readers are. */
import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ReaderRole } from '../../domain/reader-role.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { everyReaderOf } from '../../store/participant-reader.ts';
import { standingsOf } from '../../store/reader-key-store.ts';
import {
  noticeReaders,
  otherAdministrator,
  putRemoval,
  putRole,
  type ReaderRow,
  type RoleHolder,
  readerRows,
  roleHolder,
} from '../../store/reader-role-store.ts';
import { putOfficer } from '../../store/terms-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { endAccess } from '../people/manage-tokens.ts';
import { checkReaderLabel, inviteTo, MAX_READERS_PER_PARTICIPANT } from './admit-participant.ts';
import { requirePromotable } from './appoint-administrator.ts';
import { requireGoodStanding, requireHolder, unknownToCaller } from './key-report.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';

/** The readers of the caller's participant, and which of them is the caller. */
export async function listOwnReaders(
  context: Context,
  { id, participant }: ReaderCaller,
): Promise<{ readonly reader: ReaderId; readonly readers: readonly ReaderRow[] }> {
  const readers = await context.store.participant(participant, (tx) => readerRows(tx, participant));
  return { reader: id, readers };
}

/**
 * Invites one more reader, or a machine, of the caller's own participant. The secret is shown this
 * once; it serves for one join within 14 days.
 * @throws NOT_FOUND unless its participant stands well in every programme; LIMIT_EXCEEDED where the
 *   programme has no seat left, or the participant has used up its own; INVALID_INPUT
 */
export async function inviteColleague(
  context: Context,
  caller: ReaderCaller,
  asked: { readonly label: string; readonly role: Exclude<ReaderRole, 'administrator'> },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ reader: ReaderId; invitation: string }> {
  checkReaderLabel(asked.label);
  return once(context, key, now, async (tx) => {
    const [act, programmes] = await administer(tx, caller, now);
    await requireGoodStanding(tx, caller.participant);
    await requireOwnPlace(tx, caller.participant);
    const invited = await inviteTo(tx, act, programmes, caller.participant, asked.label);
    if (asked.role === 'machine') {
      await putRole(tx, act, { id: invited.reader, participant: caller.participant }, 'machine');
    }
    await noticeReaders(tx, caller.participant, now);
    return invited;
  });
}

/**
 * A reader counts under the programme's cap for ever, removed or not: or else one member that
 * invites and removes would leave nobody else a place. Beyond these the issuer invites.
 */
async function requireOwnPlace(tx: Tx, participant: ParticipantId): Promise<void> {
  const ever = await everyReaderOf(tx, participant);
  if (ever.length < MAX_READERS_PER_PARTICIPANT) return;
  throw new TocsinError(
    'LIMIT_EXCEEDED',
    `readers: expected at most ${MAX_READERS_PER_PARTICIPANT} with those removed; ask the issuer`,
  );
}

/**
 * Removes a reader, or takes an invitation back: when this has returned, nothing is sealed to it
 * and nothing lets it in. What it was handed stays recorded as its own.
 * @throws NOT_FOUND for whom is none of the caller's participant; CONFLICT for its last
 *   administrator.
 */
export async function removeColleague(
  context: Context,
  caller: ReaderCaller,
  reader: ReaderId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ removed: boolean }> {
  return once(context, key, now, async (tx) => {
    const [act] = await administer(tx, caller, now);
    const whom = await colleague(tx, caller, reader);
    if (whom.id === caller.id) await requireOther(tx, whom);
    await putOfficer(tx, act, { participant: whom.participant, reader }, false);
    await putRemoval(tx, act, whom);
    await endAccess(tx, { kind: 'reader', id: reader }, act.actor, now);
    await noticeReaders(tx, caller.participant, now);
    return { removed: true };
  });
}

/**
 * Makes a reader an administrator, or an administrator a reader again.
 * @throws NOT_FOUND for whom is none of the caller's participant, a machine, or has no keys in
 *   force; CONFLICT for its last administrator.
 */
export async function setColleagueRole(
  context: Context,
  caller: ReaderCaller,
  { reader, role }: { readonly reader: ReaderId; readonly role: Exclude<ReaderRole, 'machine'> },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ role: ReaderRole }> {
  return once(context, key, now, async (tx) => {
    const [act] = await administer(tx, caller, now);
    const whom = await colleague(tx, caller, reader);
    if (whom.role === 'machine') throw unknownToCaller();
    if (whom.role === role) return { role };
    if (role === 'administrator') {
      await requireGoodStanding(tx, caller.participant);
      if (!whom.inForce) throw unknownToCaller();
    } else if (whom.id === caller.id) {
      await requireOther(tx, whom);
    }
    await putRole(tx, act, whom, role);
    await noticeReaders(tx, caller.participant, now);
    return { role };
  });
}

/**
 * Under the exclusive locks of all the participant's programmes, so that of two administrators who
 * leave at once one stays, and so that no copy is under way to whom they remove.
 * @throws NOT_FOUND for who is no administrator with keys in force.
 */
async function administer(
  tx: Tx,
  caller: ReaderCaller,
  now: Instant,
): Promise<[Act, readonly ProgrammeId[]]> {
  const programmes = (await standingsOf(tx, caller.participant)).map(({ programme }) => programme);
  for (const programme of programmes) await lockToChange(tx, programme);
  const [programme] = programmes;
  const own = await roleHolder(tx, caller.id);
  if (programme === undefined || own?.role !== 'administrator' || !own.inForce) {
    throw unknownToCaller();
  }
  return [{ programme, actor: actorOf(caller), at: now }, programmes];
}

async function colleague(tx: Tx, caller: ReaderCaller, reader: ReaderId): Promise<RoleHolder> {
  const whom = await roleHolder(tx, reader);
  if (whom?.participant === caller.participant) return whom;
  throw unknownToCaller();
}

/** Whoever else acts is an administrator and stays one: only who leaves may have been the last. */
async function requireOther(tx: Tx, leaving: RoleHolder): Promise<void> {
  if (await otherAdministrator(tx, leaving)) return;
  throw new TocsinError('CONFLICT', 'reader: expected another administrator to be left');
}

/**
 * One person of the issuer proposes that a reader is its participant's administrator; it is when
 * another confirms: where the ones there were are gone.
 * @throws NOT_FOUND for whom is none of that participant or has not joined.
 */
export async function proposeAdministrator(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  about: { readonly participant: ParticipantId; readonly reader: ReaderId },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    await requireHolder(tx, programme, about);
    const { label } = await requirePromotable(tx, about);
    const content = { kind: 'administrator', ...about, label } as const;
    return { proposal: await proposeMemberChange(context, tx, caller, programme, content, now) };
  });
}
