import { type Selectable, sql } from 'kysely';
import type { AlertId, CustodyId, PersonId, ProgrammeId, SightingId } from '../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import type { Database } from './schema.ts';

/** A mark key that two officers hold between them. */
export type SealedKey = {
  readonly alert: AlertId;
  readonly custody: CustodyId;
  /** Of each half the age file sealed to its officer, and `nameOfHalf`. */
  readonly halves: readonly [SealedHalf, SealedHalf];
  /** Ciphertext of what had been read of the alert; null: no slot. */
  readonly frozenEnc: Buffer | null;
  /** Entries of the programme's evidence, by number, up to which that was. */
  readonly frozenTo: number;
  readonly at: Instant;
};
export type SealedHalf = { readonly sealed: Buffer; readonly name: string };

/** An alert whose mark key is due to be sealed, and to whom. */
export type DueToSeal = {
  readonly alert: AlertId;
  readonly programme: ProgrammeId;
  readonly custody: CustodyId;
};

/** Alerts `a` whose time is over under the custody `c` in force, and which have their mark key. */
export function sealable(now: Instant) {
  return sql`from (select distinct on (programme_id) programme_id, id, after_days from custody
      where accepted_at is not null order by programme_id, serial desc) as c
    join alert a on a.programme_id = c.programme_id
    join wrapped_key k on k.alert_id = a.id and k.purpose = 'mark'
    where a.state <> 'draft'
      and a.disclosure_at <= ${timestamp(now)} - c.after_days * interval '24 hours'`;
}

/** In the order of their ids; or whether `one` is among them. */
export async function dueToSeal(
  tx: Tx,
  now: Instant,
  one: AlertId | null = null,
): Promise<DueToSeal[]> {
  const { rows } = await sql<DueToSeal>`
    select a.id as alert, a.programme_id as programme, c.id as custody ${sealable(now)}
      and (${one}::uuid is null or a.id = ${one}) order by a.id`.execute(tx);
  return rows;
}

/** Keeps the halves in place of the wrapped mark key. */
export async function replaceMarkKey(tx: Tx, key: SealedKey): Promise<void> {
  const [first, second] = key.halves;
  await tx
    .insertInto('sealed_mark_key')
    .values({
      alert_id: key.alert,
      custody_id: key.custody,
      first_half: first.sealed,
      first_name: first.name,
      second_half: second.sealed,
      second_name: second.name,
      frozen_enc: key.frozenEnc,
      frozen_to: key.frozenTo,
      at: new Date(key.at),
    })
    .execute();
  await tx
    .deleteFrom('wrapped_key')
    .where('alert_id', '=', key.alert)
    .where('purpose', '=', 'mark')
    .execute();
}

/** Null where it is not sealed. */
export async function sealedKeyOf(tx: Tx, alert: AlertId): Promise<SealedKey | null> {
  const row = await tx
    .selectFrom('sealed_mark_key')
    .selectAll()
    .where('alert_id', '=', alert)
    .executeTakeFirst();
  return row ? keyFromRow(row) : null;
}

/** Those of a programme's alerts, in the order of their ids. */
export async function sealedKeys(tx: Tx, programme: ProgrammeId): Promise<SealedKey[]> {
  const rows = await tx
    .selectFrom('sealed_mark_key')
    .innerJoin('alert', 'alert.id', 'sealed_mark_key.alert_id')
    .selectAll('sealed_mark_key')
    .where('alert.programme_id', '=', programme)
    .orderBy('alert_id')
    .execute();
  return rows.map(keyFromRow);
}

function keyFromRow(row: Selectable<Database['sealed_mark_key']>): SealedKey {
  return {
    alert: row.alert_id as AlertId,
    custody: row.custody_id as CustodyId,
    halves: [
      { sealed: row.first_half, name: row.first_name },
      { sealed: row.second_half, name: row.second_name },
    ],
    frozenEnc: row.frozen_enc,
    frozenTo: row.frozen_to,
    at: row.at,
  };
}

/** What was read of a sealed alert, once its key was there again and more had been read. */
export async function putFrozen(
  tx: Tx,
  alert: AlertId,
  frozen: Pick<SealedKey, 'frozenEnc' | 'frozenTo'>,
): Promise<void> {
  await tx
    .updateTable('sealed_mark_key')
    .set({ frozen_enc: frozen.frozenEnc, frozen_to: frozen.frozenTo })
    .where('alert_id', '=', alert)
    .execute();
}

/** One half of a sealed key, brought for the trace of one sighting. */
export type BroughtHalf = {
  readonly alert: AlertId;
  readonly sighting: SightingId;
  readonly nth: 1 | 2;
  readonly person: PersonId;
  /** Ciphertext under the key of sightings. */
  readonly halfEnc: Buffer;
  readonly at: Instant;
};

/** The database refuses both halves by one person. */
export async function insertHalf(tx: Tx, half: BroughtHalf): Promise<void> {
  await tx
    .insertInto('brought_half')
    .values({
      alert_id: half.alert,
      sighting_id: half.sighting,
      nth: half.nth,
      person_id: half.person,
      half_enc: half.halfEnc,
      at: new Date(half.at),
    })
    .execute();
}

export async function halvesFor(tx: Tx, sighting: SightingId): Promise<BroughtHalf[]> {
  const rows = await tx
    .selectFrom('brought_half')
    .selectAll()
    .where('sighting_id', '=', sighting)
    .orderBy('alert_id')
    .orderBy('nth')
    .execute();
  return rows.map((row) => ({
    alert: row.alert_id as AlertId,
    sighting: row.sighting_id as SightingId,
    nth: row.nth === 1 ? 1 : 2,
    person: row.person_id as PersonId,
    halfEnc: row.half_enc,
    at: row.at,
  }));
}

/** For how long a half that was brought is kept. The second one starts the time anew. */
export const HALF_KEPT_MS = DAY_MS;

/** What was brought at this time or before is kept no longer. */
export function lapsedBy(now: Instant) {
  return timestamp(plus(now, -HALF_KEPT_MS));
}

/** Of which alert, for which sighting, halves were brought and are kept no longer. */
export type LapsedHalves = {
  readonly alert: AlertId;
  readonly sighting: SightingId;
  readonly programme: ProgrammeId;
};

export async function lapsedHalves(tx: Tx, now: Instant): Promise<LapsedHalves[]> {
  const { rows } = await sql<LapsedHalves>`
    select alert_id as alert, sighting_id as sighting, programme_id as programme
    from brought_half join sighting on sighting.id = sighting_id
    group by 1, 2, 3 having max(brought_half.at) <= ${lapsedBy(now)}
    order by 1, 2`.execute(tx);
  return rows;
}

/** Returns whether there were any. */
export async function dropHalves(
  tx: Tx,
  { alert, sighting }: Pick<BroughtHalf, 'alert' | 'sighting'>,
): Promise<boolean> {
  const dropped = await tx
    .deleteFrom('brought_half')
    .where('alert_id', '=', alert)
    .where('sighting_id', '=', sighting)
    .executeTakeFirst();
  return dropped.numDeletedRows > 0n;
}
