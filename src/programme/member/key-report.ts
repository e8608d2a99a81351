import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { KeyReport } from '../../domain/key-report.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import {
  type KeyHolder,
  keyHolder,
  putKeyReport,
  putReinvitation,
  standingsOf,
} from '../../store/reader-key-store.ts';
import { putOfficer } from '../../store/terms-store.ts';
import { endAccess } from '../people/manage-tokens.ts';
import { newInvitation } from './invitation-secret.ts';

/** What one person proposes of a reader's keys. */
export type KeyReported = {
  readonly participant: ParticipantId;
  readonly reader: ReaderId;
  readonly what: KeyReport;
  /** Of the code that has to come with the invitation; absent: proposed before there were codes. */
  readonly codeHash?: string;
};

/** What a reader joins with, told this once. */
export type Invited = { readonly reader: ReaderId; readonly invitation: string };

/** What a second person has confirmed. @throws NOT_FOUND, CONFLICT as things are now. */
export async function applyKeyReport(tx: Tx, act: Act, about: KeyReported): Promise<void> {
  const holder = await requireHolder(tx, act.programme, about);
  await endKeys(tx, act, holder, about.what);
}

/**
 * By what whose keys were reported brings others: told to whoever confirms, and it serves with the
 * code alone that was told to who proposed. So neither of the two can come instead.
 */
export async function inviteAnew(
  tx: Tx,
  act: Act,
  { participant, reader }: KeyReported,
  codeHash: string,
): Promise<Invited> {
  const { secret, ...invitation } = newInvitation(act.at, codeHash);
  await putReinvitation(tx, act, { id: reader, participant }, invitation);
  return { reader, invitation: secret };
}

/**
 * Nothing is sealed to them and all that lets them in is dead from the commit on, passkeys too: who
 * had the keys may have registered one. Nor do they bind their organisation: whoever brings others
 * is not yet whom two persons have named.
 */
export async function endKeys(tx: Tx, act: Act, holder: KeyHolder, what: KeyReport): Promise<void> {
  const { id: reader, participant } = holder;
  await putKeyReport(tx, act, holder, what);
  await putOfficer(tx, act, { participant, reader }, false);
  await endAccess(tx, { kind: 'reader', id: reader }, act.actor, act.at);
}

/** @throws NOT_FOUND */
export async function requireHolder(
  tx: Tx,
  programme: ProgrammeId,
  about: { readonly participant: ParticipantId; readonly reader: ReaderId },
): Promise<KeyHolder> {
  const enrolled = await standingsOf(tx, about.participant);
  const holder = await keyHolder(tx, about.reader);
  const known = enrolled.some((one) => one.programme === programme);
  if (known && holder?.participant === about.participant) return holder;
  throw new TocsinError('NOT_FOUND', 'reader: expected one of this participant that has joined', {
    field: 'reader',
  });
}

const GOOD: readonly string[] = ['active', 'restricted'];

/** Its programmes. @throws NOT_FOUND where it is suspended or removed, or not in yet, in any. */
export async function requireGoodStanding(
  tx: Tx,
  participant: ParticipantId,
): Promise<ProgrammeId[]> {
  const enrolled = await standingsOf(tx, participant);
  if (!enrolled.every(({ standing }) => GOOD.includes(standing))) throw unknownToCaller();
  return enrolled.map(({ programme }) => programme);
}

/** What whoever may not know of it is told. */
export function unknownToCaller(): TocsinError {
  return new TocsinError('NOT_FOUND', 'expected something known to the caller');
}
