import { type Selectable, sql } from 'kysely';
import type { FormChangeId, PersonId, ProgrammeId } from '../domain/ids.ts';
import { HOUR_MS, type Instant } from '../domain/instant.ts';
import {
  type ConfirmableAct,
  type Form,
  type SecondPersonAct,
  type Setting,
  USUAL,
} from '../domain/second-person.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

/** Another form of an act that somebody proposes. */
export type FormChange = {
  readonly id: FormChangeId;
  readonly programme: ProgrammeId;
  readonly act: SecondPersonAct;
  readonly to: Setting;
  /** SHA-256, hex: what a second person confirms. */
  readonly digest: string;
  readonly proposer: PersonId;
  readonly at: Instant;
  /** Null: open. */
  readonly outcome: 'confirmed' | 'refused' | 'lapsed' | null;
};

/** The form of an act in force, and by which change; null: nobody has chosen one. */
export type SettingInForce = Setting & { readonly chosenBy: FormChangeId | null };

/** The form of one act as it is in force. */
export async function settingOf(
  tx: Tx,
  programme: ProgrammeId,
  act: SecondPersonAct,
): Promise<SettingInForce> {
  const row = await tx
    .selectFrom('second_person_change')
    .select(['id', 'form', 'hours'])
    .where('programme_id', '=', programme)
    .where('act', '=', act)
    .where('nth', 'is not', null)
    .orderBy('nth', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return { ...USUAL[act], chosenBy: null };
  return { form: row.form as Form, hours: row.hours, chosenBy: row.id as FormChangeId };
}

/** How long one person's act may wait to be confirmed, in milliseconds. */
export async function confirmWithin(
  tx: Tx,
  programme: ProgrammeId,
  act: ConfirmableAct,
): Promise<number> {
  const { hours } = await settingOf(tx, programme, act);
  return (hours ?? 0) * HOUR_MS;
}

/** Keeps a proposal and records it. */
export async function insertFormChange(
  tx: Tx,
  doing: Act,
  change: Pick<FormChange, 'id' | 'act' | 'to' | 'digest' | 'proposer'>,
): Promise<void> {
  const { id, act, to, digest, proposer } = change;
  await tx
    .insertInto('second_person_change')
    .values({
      id,
      programme_id: doing.programme,
      ...{ act, form: to.form, hours: to.hours, digest },
      proposer_id: proposer,
      at: new Date(doing.at),
      decider_id: null,
      outcome: null,
      decided_at: null,
    })
    .execute();
  const data = { change: id, act, form: to.form, hours: to.hours, digest };
  await recordEvent(tx, { type: 'second_person_proposed', ...doing, data });
}

/** A proposal, or null. */
export async function formChangeById(tx: Tx, id: FormChangeId): Promise<FormChange | null> {
  const row = await tx
    .selectFrom('second_person_change')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? changeFromRow(row) : null;
}

/** What nobody has decided, oldest first. */
export async function openFormChanges(tx: Tx, programme: ProgrammeId): Promise<FormChange[]> {
  const rows = await tx
    .selectFrom('second_person_change')
    .selectAll()
    .where('programme_id', '=', programme)
    .where('outcome', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(changeFromRow);
}

/**
 * The database refuses a confirmation by its proposer. The caller holds the exclusive release lock,
 * which keeps the numbers apart.
 */
export async function decideFormChange(
  tx: Tx,
  act: Act,
  { id }: Pick<FormChange, 'id'>,
  decision: { readonly outcome: 'confirmed' | 'refused'; readonly decider: PersonId },
): Promise<void> {
  const { outcome, decider } = decision;
  const next = sql<number>`(select coalesce(max(nth), 0) + 1 from second_person_change
    where programme_id = ${act.programme})`;
  await tx
    .updateTable('second_person_change')
    .set({
      ...{ outcome, decider_id: decider, decided_at: new Date(act.at) },
      nth: outcome === 'confirmed' ? next : null,
    })
    .where('id', '=', id)
    .execute();
  const data = { change: id, outcome };
  await recordEvent(tx, { type: 'second_person_decided', ...act, data });
}

function changeFromRow(row: Selectable<Database['second_person_change']>): FormChange {
  return {
    id: row.id as FormChangeId,
    programme: row.programme_id as ProgrammeId,
    act: row.act as SecondPersonAct,
    to: { form: row.form as Form, hours: row.hours },
    digest: row.digest,
    proposer: row.proposer_id as PersonId,
    at: row.at,
    outcome: row.outcome as FormChange['outcome'],
  };
}
