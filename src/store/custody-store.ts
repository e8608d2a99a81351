import type { Selectable } from 'kysely';
import type { CustodyId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import type { Database } from './schema.ts';

/** One of the two who hold a mark key between them: a person, and the age key sealed to. */
export type Officer = {
  readonly person: PersonId;
  readonly recipient: string;
  readonly at: Instant;
};

/** Custody of a programme's mark keys: proposed by its first officer, accepted by the second. */
export type Custody = {
  readonly id: CustodyId;
  readonly programme: ProgrammeId;
  /** Days of 24 hours after an alert's disclosure at which its mark key is sealed. */
  readonly afterDays: number;
  readonly first: Officer;
  /** Null: nobody has accepted it yet. */
  readonly second: Officer | null;
};

export async function insertCustody(tx: Tx, custody: Custody): Promise<void> {
  const { first } = custody;
  await tx
    .insertInto('custody')
    .values({
      id: custody.id,
      programme_id: custody.programme,
      after_days: custody.afterDays,
      first_person: first.person,
      first_recipient: first.recipient,
      at: new Date(first.at),
      second_person: null,
      second_recipient: null,
      accepted_at: null,
      lapsed_at: null,
    })
    .execute();
}

/** The database refuses an officer who is both, and one key for both. */
export async function insertSecondOfficer(
  tx: Tx,
  id: CustodyId,
  { person, recipient, at }: Officer,
): Promise<void> {
  await tx
    .updateTable('custody')
    .set({ second_person: person, second_recipient: recipient, accepted_at: new Date(at) })
    .where('id', '=', id)
    .execute();
}

/** All of a programme that have not lapsed, oldest first. The last one accepted is in force. */
export async function custodiesOf(tx: Tx, programme: ProgrammeId): Promise<Custody[]> {
  const rows = await tx
    .selectFrom('custody')
    .selectAll()
    .where('programme_id', '=', programme)
    .where('lapsed_at', 'is', null)
    .orderBy('serial')
    .execute();
  return rows.map(custodyFromRow);
}

export async function custodyById(tx: Tx, id: CustodyId): Promise<Custody | null> {
  const row = await tx
    .selectFrom('custody')
    .selectAll()
    .where('id', '=', id)
    .where('lapsed_at', 'is', null)
    .executeTakeFirst();
  return row ? custodyFromRow(row) : null;
}

function custodyFromRow(row: Selectable<Database['custody']>): Custody {
  const { second_person, second_recipient, accepted_at } = row;
  return {
    id: row.id as CustodyId,
    programme: row.programme_id as ProgrammeId,
    afterDays: row.after_days,
    first: {
      person: row.first_person as PersonId,
      recipient: row.first_recipient,
      at: row.at,
    },
    second:
      second_person === null || second_recipient === null || accepted_at === null
        ? null
        : { person: second_person as PersonId, recipient: second_recipient, at: accepted_at },
  };
}
