import type { Actor } from '../../domain/event.ts';
import type { PersonId, ProgrammeId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import { touchAlert } from '../../store/alert-writer.ts';
import { insertBreakGlass } from '../../store/break-glass-store.ts';
import type { Tx } from '../../store/database.ts';
import { BREAK_GLASS, insertQuestion } from '../../store/delivery-writer.ts';
import { confirmWithin } from '../../store/second-person-store.ts';
import { endEmbargo } from './end-embargo.ts';

/** Why somebody published at once, as the ledger keeps it: a word, never prose. */
export const BREAK_GLASS_REASONS = [
  'exploited',
  'details_public',
  'leak_suspected',
  'third_party',
  'other',
] as const;
export type BreakGlassReason = (typeof BREAK_GLASS_REASONS)[number];

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/**
 * Publishes an approved alert at this moment: T0 is now. Returns by when another person is to
 * confirm it. The caller holds the exclusive release lock and the alert's row.
 */
export async function breakGlass(
  tx: Tx,
  act: Act,
  alert: AlertRow,
  person: PersonId,
  reason: BreakGlassReason,
): Promise<Instant> {
  await touchAlert(tx, act, alert.id, alert.version + 1);
  await endEmbargo(tx, act, alert, act.at);
  return confirmLater(tx, act, alert, person, reason);
}

/**
 * Records that one person has ended an alert's embargo: an event of its own, and a question on the
 * issuer's list that only another person takes off. Returns by when.
 */
export async function confirmLater(
  tx: Tx,
  act: Act,
  { id }: Pick<AlertRow, 'id'>,
  person: PersonId,
  reason: BreakGlassReason,
): Promise<Instant> {
  const { programme, at } = act;
  const confirmBy = plus(at, await confirmWithin(tx, programme, 'publication'));
  await insertBreakGlass(tx, act, { alert: id, actor: person, reason, confirmBy });
  await insertQuestion(tx, { programme, code: BREAK_GLASS, alert: id, at });
  return confirmBy;
}
