/** What a member stated becomes what the issuer says, by the second of two persons. */
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { ProgrammeId, StatementId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { StatedFacts } from '../../domain/statement.ts';
import { putContacts } from '../../store/contact-store.ts';
import type { Tx } from '../../store/database.ts';
import { updateCalendar } from '../../store/participant-writer.ts';
import {
  decideStatement,
  type StoredStatement,
  statementById,
} from '../../store/statement-store.ts';
import type { Context } from '../context.ts';
import { encryptContacts } from './contacts.ts';

export function sealStatement(context: Context, id: StatementId, facts: StatedFacts): Buffer {
  return encryptColumn(context.keys.standings, rowOf(id), Buffer.from(JSON.stringify(facts)));
}

export function openStatement(
  context: Context,
  { id, contentEnc }: Pick<StoredStatement, 'id' | 'contentEnc'>,
): StatedFacts {
  const json = decryptColumn(context.keys.standings, rowOf(id), contentEnc).toString();
  return JSON.parse(json) as StatedFacts;
}

function rowOf(id: StatementId): string {
  return `member_statement/${id}`;
}

/**
 * Takes a statement for attested, with what is no fact of the enrolment: contacts and calendar.
 * @throws CONFLICT where it has been decided, or the member has stated something newer.
 */
export async function attest(
  context: Context,
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  id: StatementId,
): Promise<void> {
  const stored = await statementById(tx, id);
  if (stored?.state !== 'asserted') {
    throw new TocsinError('CONFLICT', 'statement: expected the last one, open, found another');
  }
  const { participant } = stored;
  const { contacts, calendar } = openStatement(context, stored);
  await decideStatement(tx, act, stored, 'attested');
  if (contacts !== null) {
    const all = contacts.map((address) => ({ address, fingerprint: null }));
    await putContacts(tx, act.programme, participant, encryptContacts(context, participant, all));
  }
  if (calendar !== null) await updateCalendar(tx, act, participant, calendar);
}
