import { sql } from 'kysely';
import type { PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Tx } from './database.ts';

/*
 * The lock that makes "check and act" one (docs/decisions/0002), one per programme. A release
 * (fetch, wave batch, re-decision) holds the shared side from before it reads facts until it
 * commits; whatever changes the facts of a decision holds the exclusive side. PostgreSQL queues a
 * waiting exclusive before later shared requests, so a suspension waits for the releases under way
 * and none passes it. A statement's snapshot is taken before it waits for a lock: the lock must be
 * a statement of its own, before the facts are read.
 */

/** Shared side: held by every release until it commits. */
export async function lockForRelease(tx: Tx, programme: ProgrammeId): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${programme}, 1))`.execute(tx);
}

/**
 * Exclusive side: suspension, consent, duty, agreement, policy activation, approval, a moved T0.
 */
export async function lockToChange(tx: Tx, programme: ProgrammeId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${programme}, 1))`.execute(tx);
}

/** Looks of the error budget are spent, and sightings of a day counted, one after the other. */
export async function lockTraces(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${TRACES})`.execute(tx);
}
const TRACES = 0x74726163;

/**
 * Who may do what changes one after the other: of two last operators one stays, and so do those who
 * decide what concerns a participant. Taken after `lockSides`.
 */
export async function lockRoles(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ROLES})`.execute(tx);
}
const ROLES = 0x726f6c65;

/** What one person announces is counted one after the other. Taken last. */
export async function lockAnnounced(tx: Tx, proposer: PersonId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${proposer}, 3))`.execute(tx);
}

/**
 * On whose sides a person stands does not change before this act of theirs commits. Taken before
 * the release lock, by whatever names a participant's matter.
 */
export async function holdSides(tx: Tx, person: PersonId): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${person}, 2))`.execute(tx);
}

/** It changes: after the acts that are under way, and before those that come. */
export async function lockSides(tx: Tx, person: PersonId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${person}, 2))`.execute(tx);
}
