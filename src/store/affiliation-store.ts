import { sql } from 'kysely';
import type { ParticipantId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** That a person of the issuer stands on a participant's side too. */
export type Affiliation = {
  readonly person: PersonId;
  readonly participant: ParticipantId;
  readonly statedBy: PersonId;
  readonly at: Instant;
};

/** Records it, once. False: it is recorded already. */
export async function putAffiliation(
  tx: Tx,
  act: Act,
  { person, participant, statedBy }: Omit<Affiliation, 'at'>,
): Promise<boolean> {
  const added = await tx
    .insertInto('affiliation')
    .values({
      ...{ person_id: person, participant_id: participant, stated_by: statedBy },
      ...{ at: new Date(act.at), ended_by: null, ended_at: null },
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('serial')
    .executeTakeFirst();
  if (!added) return false;
  await recordEvent(tx, { type: 'affiliation_stated', ...act, data: { participant, person } });
  return true;
}

/** Ends what is in force; the database refuses the person itself. False: there is none. */
export async function closeAffiliation(
  tx: Tx,
  act: Act,
  {
    person,
    participant,
    endedBy,
  }: Pick<Affiliation, 'person' | 'participant'> & {
    readonly endedBy: PersonId;
  },
): Promise<boolean> {
  const ended = await tx
    .updateTable('affiliation')
    .set({ ended_by: endedBy, ended_at: new Date(act.at) })
    .where('person_id', '=', person)
    .where('participant_id', '=', participant)
    .where('ended_at', 'is', null)
    .returning('serial')
    .executeTakeFirst();
  if (!ended) return false;
  await recordEvent(tx, { type: 'affiliation_ended', ...act, data: { participant, person } });
  return true;
}

/** Those in force with participants of a programme, oldest first. */
export async function affiliationsOf(tx: Tx, programme: ProgrammeId): Promise<Affiliation[]> {
  const rows = await tx
    .selectFrom('affiliation as a')
    .innerJoin('enrolment as e', 'e.participant_id', 'a.participant_id')
    .select(['a.person_id', 'a.participant_id', 'a.stated_by', 'a.at'])
    .where('e.programme_id', '=', programme)
    .where('a.ended_at', 'is', null)
    .orderBy('a.serial')
    .execute();
  return rows.map((row) => ({
    person: row.person_id as PersonId,
    participant: row.participant_id as ParticipantId,
    statedBy: row.stated_by as PersonId,
    at: row.at,
  }));
}

/** On whose sides a person stands. */
export async function sidesOf(tx: Tx, person: PersonId): Promise<ReadonlySet<ParticipantId>> {
  const rows = await tx
    .selectFrom('affiliation')
    .select('participant_id')
    .where('person_id', '=', person)
    .where('ended_at', 'is', null)
    .execute();
  return new Set(rows.map((row) => row.participant_id as ParticipantId));
}

/** Who stands on the side of one of them. */
export async function affiliatedWith(
  tx: Tx,
  participants: readonly ParticipantId[],
): Promise<ReadonlySet<PersonId>> {
  if (participants.length === 0) return new Set();
  const { rows } = await sql<{ person: PersonId }>`select person_id as person from affiliation
    where participant_id = any(${[...participants]}::uuid[]) and ended_at is null`.execute(tx);
  return new Set(rows.map(({ person }) => person));
}

/** How many persons who have one of these roles do not stand on a participant's side. */
export async function apartWith(
  tx: Tx,
  participant: ParticipantId,
  roles: readonly string[],
): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from person p
    where p.scopes && ${[...roles]}::text[] and not exists (select from affiliation a
      where a.person_id = p.id and a.participant_id = ${participant} and a.ended_at is null)
    `.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Whether a person stands on the side of any member of a programme. */
export async function hasSideIn(
  tx: Tx,
  person: PersonId,
  programme: ProgrammeId,
): Promise<boolean> {
  const { rows } = await sql`select from affiliation a
    join enrolment e on e.participant_id = a.participant_id and e.programme_id = ${programme}
    where a.person_id = ${person} and a.ended_at is null limit 1`.execute(tx);
  return rows.length > 0;
}

/** Keeps whom a proposal names, where its row names nobody. */
export async function putNamed(
  tx: Tx,
  proposal: string,
  participants: readonly ParticipantId[],
): Promise<void> {
  const names = [...new Set(participants)];
  if (names.length === 0) return;
  // One text however many there are: each that the driver sends is prepared for good.
  await sql`insert into proposal_names (proposal_id, participant_id)
    select ${proposal}::uuid, named from unnest(${names}::uuid[]) as named`.execute(tx);
}

/** What an act may name, and whose matter it then is: that of each participant that it names. */
const ABOUT = {
  participant: sql`select id from participant where id = `,
  step: sql`select participant_id from standing_step where id = `,
  change: sql`select participant_id from (select id, participant_id from member_change
    union all select proposal_id, participant_id from proposal_names) as named where id = `,
  proposal: sql`select participant_id from proposal_names where proposal_id = `,
  announced: sql`select participant_id from (select id, participant_id from standing_step
    union all select id, participant_id from member_change
    union all select proposal_id, participant_id from proposal_names) as named where id = `,
  item: sql`select participant_id from work_item where id = `,
  statement: sql`select participant_id from member_statement where id = `,
  agreement: sql`select participant_id from agreement where id = `,
  recovery: sql`select r.participant_id from recovery y join reader r on r.id = y.reader_id
    where y.id = `,
  // Whoever had an alert may be the one that is looked for.
  sighting: sql`select e.participant_id from sighting s join enrolment e using (programme_id)
    where s.id = `,
} as const;

export type About = keyof typeof ABOUT;
export const ABOUT_WHAT = Object.keys(ABOUT) as About[];

/** Whether the person stands on the side of somebody whose matter it is. */
export async function isAffiliated(
  tx: Tx,
  person: PersonId,
  about: About,
  id: string,
): Promise<boolean> {
  const { rows } = await sql`select 1 from affiliation a
    where a.person_id = ${person} and a.ended_at is null
      and a.participant_id in (${ABOUT[about]}${id}) limit 1`.execute(tx);
  return rows.length > 0;
}
