import type { Insertable } from 'kysely';
import type { AlertState, ArtifactHead } from '../domain/alert.ts';
import type { AlertId, PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import type { Database } from './schema.ts';

export type NewAlert = {
  readonly id: AlertId;
  readonly author: PersonId;
  readonly schedule: Schedule;
  readonly tlp: string;
  readonly usePermissions: readonly string[];
  /** Ciphertext of the head (title) under the alert's data key. */
  readonly headEnc: Buffer;
  readonly keys: readonly {
    readonly purpose: 'data' | 'mark';
    readonly kid: string;
    readonly wrapped: Buffer;
  }[];
};

export async function insertAlert(tx: Tx, act: Act, alert: NewAlert): Promise<void> {
  await tx
    .insertInto('alert')
    .values({
      id: alert.id,
      programme_id: act.programme,
      author_id: alert.author,
      state: 'draft',
      disclosure_at: new Date(alert.schedule.disclosureAt),
      opens_at: JSON.stringify(alert.schedule.opensAt),
      tlp: alert.tlp,
      use_permissions: [...alert.usePermissions],
      head_enc: alert.headEnc,
      version: 1,
      created_at: new Date(act.at),
    })
    .execute();
  await tx
    .insertInto('wrapped_key')
    .values(alert.keys.map((key) => ({ alert_id: alert.id, ...key })))
    .execute();
  await insertAuthor(tx, act, alert.id);
  await recordEvent(tx, { type: 'alert_drafted', ...act, data: { alert: alert.id } });
}

/** Whoever acted, if that is a person. */
function personIn({ actor }: Act): PersonId | null {
  return actor.kind === 'person' ? (actor.id as PersonId | null) : null;
}

/**
 * Somebody is an author of what an approval of the alert covers from here on: the database refuses
 * their approval of it. By default whoever acts; of what one person proposed and another put in
 * force it is the first, or two persons could not approve an alert again.
 */
export async function insertAuthor(
  tx: Tx,
  act: Act,
  alert: AlertId,
  author: PersonId | null = personIn(act),
): Promise<void> {
  if (author === null) return;
  await tx
    .insertInto('alert_author')
    .values({ alert_id: alert, person_id: author })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether a person is an author of the alert: what the database goes by. */
export async function isAuthor(tx: Tx, alert: AlertId, person: PersonId): Promise<boolean> {
  const found = await tx
    .selectFrom('alert_author')
    .select('person_id')
    .where('alert_id', '=', alert)
    .where('person_id', '=', person)
    .executeTakeFirst();
  return found !== undefined;
}

/** What is stored of an artifact besides its head; all `*Enc` under the alert's data key. */
export type StoredContent = {
  readonly ordinal: number;
  readonly headEnc: Buffer;
  readonly contentEnc: Buffer;
  readonly slotsEnc: Buffer;
  readonly slots: number;
  /** Plaintext length of every copy of this version, bytes. */
  readonly copyLength: number;
  /** Salted commitment to content and slot table, for the event. */
  readonly commitment: string;
};

/** Adds an artifact to a draft whose row the caller holds locked. */
export async function insertArtifact(
  tx: Tx,
  act: Act,
  head: ArtifactHead,
  content: StoredContent,
): Promise<void> {
  await tx.insertInto('artifact').values(artifactColumns(head, content)).execute();
  await recordFrozen(tx, act, head, content);
}

/** An artifact as a row. */
export function artifactColumns(
  head: ArtifactHead,
  content: StoredContent,
): Insertable<Database['artifact']> {
  const { sourcePublishedAt } = head;
  return {
    id: head.id,
    alert_id: head.alert,
    ordinal: content.ordinal,
    kind: head.kind,
    variant: head.variant,
    format: head.format,
    marking: head.marking,
    version: head.version,
    reduced_by: head.reducedBy,
    revises: head.revises,
    source_published_at: sourcePublishedAt === null ? null : new Date(sourcePublishedAt),
    head_enc: content.headEnc,
    content_enc: content.contentEnc,
    slots_enc: content.slotsEnc,
    slots: content.slots,
    copy_length: content.copyLength,
  };
}

/** Commits to content and slot table, before there is any copy. */
export async function recordFrozen(
  tx: Tx,
  act: Act,
  { alert, id: artifact, version, kind }: ArtifactHead,
  { slots, commitment }: StoredContent,
): Promise<void> {
  const data = { alert, artifact, version, kind, slots, commitment };
  await recordEvent(tx, { type: 'artifact_frozen', ...act, data });
}

/**
 * The caller holds the alert's row locked. A change of an approved alert makes it a draft again,
 * and whoever made it one of its authors.
 */
export async function bumpAlert(
  tx: Tx,
  act: Act,
  alert: AlertId,
  version: number,
  author?: PersonId,
): Promise<void> {
  await insertAuthor(tx, act, alert, author);
  await tx.updateTable('alert').set({ version, state: 'draft' }).where('id', '=', alert).execute();
  await recordEvent(tx, { type: 'alert_changed', ...act, data: { alert, version } });
  const voided = await tx
    .updateTable('approval')
    .set({ voided_at: new Date(act.at) })
    .where('alert_id', '=', alert)
    .where('voided_at', 'is', null)
    .returning('plan_sha256')
    .execute();
  for (const { plan_sha256 } of voided) {
    await tx.deleteFrom('wave').where('alert_id', '=', alert).execute();
    await recordEvent(tx, {
      type: 'approval_voided',
      ...act,
      data: { alert, plan: plan_sha256 },
    });
  }
}

/** Replaces the encrypted head of an alert whose row the caller holds locked. */
export async function putHead(tx: Tx, alert: AlertId, headEnc: Buffer): Promise<void> {
  await tx.updateTable('alert').set({ head_enc: headEnc }).where('id', '=', alert).execute();
}

/**
 * A change after waves have begun: a new version and a new author; the approval stands. The caller
 * holds the alert's row, and has everybody decided again.
 */
export async function touchAlert(
  tx: Tx,
  act: Act,
  alert: AlertId,
  version: number,
  author?: PersonId,
): Promise<void> {
  await insertAuthor(tx, act, alert, author);
  await tx.updateTable('alert').set({ version }).where('id', '=', alert).execute();
  await recordEvent(tx, { type: 'alert_changed', ...act, data: { alert, version } });
}

/**
 * Records the approval and lays out the waves. The caller holds the exclusive release lock.
 * @throws SECOND_PERSON when the approver is an author of the alert, or nobody (null) and no wait
 * for it has ended: the database says so.
 */
export async function insertApproval(
  tx: Tx,
  act: Act,
  approval: {
    readonly alert: AlertId;
    readonly plan: string;
    readonly approver: PersonId | null;
    readonly waves: readonly Instant[];
  },
): Promise<void> {
  await tx
    .insertInto('approval')
    .values({
      alert_id: approval.alert,
      plan_sha256: approval.plan,
      approver_id: approval.approver,
      at: new Date(act.at),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['alert_id', 'plan_sha256'])
        .doUpdateSet({ voided_at: null, approver_id: approval.approver, at: new Date(act.at) }),
    )
    .execute();
  await tx
    .insertInto('wave')
    .values(
      approval.waves.map((at) => ({
        alert_id: approval.alert,
        at: new Date(at),
        state: 'pending',
      })),
    )
    .execute();
  await setAlertState(tx, approval.alert, 'approved');
  await recordEvent(tx, {
    type: 'approval_given',
    ...act,
    data: { alert: approval.alert, plan: approval.plan },
  });
}

export async function setAlertState(tx: Tx, alert: AlertId, state: AlertState): Promise<void> {
  await tx.updateTable('alert').set({ state }).where('id', '=', alert).execute();
}

/**
 * Replaces the schedule of an alert whose row the caller holds, under the exclusive release lock.
 */
export async function moveSchedule(
  tx: Tx,
  act: Act,
  move: { readonly alert: AlertId; readonly from: Instant; readonly schedule: Schedule },
): Promise<void> {
  await tx
    .updateTable('alert')
    .set({
      disclosure_at: new Date(move.schedule.disclosureAt),
      opens_at: JSON.stringify(move.schedule.opensAt),
    })
    .where('id', '=', move.alert)
    .execute();
  await recordEvent(tx, {
    type: 'disclosure_moved',
    ...act,
    data: { alert: move.alert, from: move.from, to: move.schedule.disclosureAt },
  });
}
