/** What opens more to participants: proposed by one person, in force when another confirms it. */
import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { MemberChangeId, ParticipantId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { VetoableAct } from '../../domain/second-person.ts';
import { putNamed } from '../../store/affiliation-store.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  decideStoredMemberChange,
  insertMemberChange,
  type MemberChangeOutcome,
  memberChangeById,
  type StoredMemberChange,
} from '../../store/member-change-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireApartFrom } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { applyMemberChange, type MemberChange, membersIn } from './apply-member-change.ts';
import { type Invited, inviteAnew } from './key-report.ts';

/** What waits for a second person, and the digest that this person confirms. */
export type Waiting = { readonly change: MemberChangeId; readonly digest: string };

/** What came of it; `invited`, of a report of keys: what its reader brings others with. */
export type Decided = {
  readonly outcome: 'confirmed' | 'refused';
  readonly invited: Invited | null;
};

/** A proposal as persons of the issuer see it. */
export type MemberChangeView = Waiting & {
  readonly programme: ProgrammeId;
  readonly content: MemberChange;
  readonly proposer: PersonId;
  readonly at: Instant;
  readonly outcome: MemberChangeOutcome | null;
};

/**
 * Keeps a change for a second person. The caller holds the exclusive release lock.
 * @param also the digest of what was shown, where others can compute it for themselves; whom it
 *   is about beside those that it names.
 */
export async function proposeMemberChange(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  programme: ProgrammeId,
  content: MemberChange,
  now: Instant,
  also: { readonly shown?: string; readonly about?: readonly ParticipantId[] } = {},
): Promise<Waiting> {
  const id = newId<MemberChangeId>();
  const json = canonicalJson(content as unknown as Json);
  const digest = also.shown ?? digestOf(id, programme, json);
  const act = { programme, actor: actorOf(caller), at: now };
  const { kind, participant } = content;
  const changeEnc = encryptColumn(context.keys.standings, rowOf(id), Buffer.from(json));
  const proposer = caller.id;
  await insertMemberChange(tx, act, { id, kind, participant, changeEnc, digest, proposer });
  await putNamed(tx, id, [...manyIn(content), ...(also.about ?? [])]);
  await announce(tx, act, { act: ACT_OF[kind], id, digest, proposer });
  return { change: id, digest };
}

/** By which act of the second-person set a change is confirmed. */
const ACT_OF: Readonly<Record<MemberChange['kind'], VetoableAct>> = {
  admission: 'admission',
  refusal: 'admission',
  import: 'import',
  enrolment: 'member_facts',
  trust: 'member_facts',
  transition: 'member_facts',
  key_report: 'member_facts',
  officer: 'member_facts',
  administrator: 'member_facts',
  terms: 'terms',
  register: 'register',
};

function digestOf(change: MemberChangeId, programme: ProgrammeId, content: string): string {
  return sha256Hex(Buffer.from(canonicalJson({ v: 1, change, programme, content })));
}

/** @throws NOT_FOUND */
export async function readMemberChange(
  context: Context,
  id: MemberChangeId,
): Promise<MemberChangeView> {
  return context.store.issuer(async (tx) => {
    const stored = await memberChangeById(tx, id);
    if (!stored) throw unknownChange();
    const { programme, digest, proposer, at, outcome } = stored;
    const content = contentOf(context, stored);
    return { change: id, programme, digest, content, proposer, at, outcome };
  });
}

/**
 * A second person puts a proposed change in force, bound to the digest of what was shown, or
 * refuses it. One transaction: killed before its commit, nothing has changed.
 * @throws SECOND_PERSON where the proposer confirms; APPROVAL_VOID for another digest; CONFLICT for
 * one decided, and where what it is about is no longer as the proposal found it.
 */
export async function decideMemberChange(
  context: Context,
  caller: PersonCaller,
  id: MemberChangeId,
  stated: { readonly decision: 'confirm' | 'refuse'; readonly digest: string },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Decided> {
  return once(context, key, now, (tx) =>
    concludeMemberChange(context, tx, concludedBy(caller), id, stated, now),
  );
}

/** The same within a transaction, by whoever concludes it. */
export async function concludeMemberChange(
  context: Context,
  tx: Tx,
  by: Concluder,
  id: MemberChangeId,
  stated: Parameters<typeof decideMemberChange>[3],
  now: Instant,
): Promise<Decided> {
  const known = await memberChangeById(tx, id);
  if (!known) throw unknownChange();
  await lockToChange(tx, known.programme);
  // Read again under the lock: two decisions wait for each other there.
  const stored = (await memberChangeById(tx, id)) ?? known;
  checkDecision(stored, by, stated);
  const act = { programme: stored.programme, actor: by.actor, at: now };
  const outcome = stated.decision === 'confirm' ? 'confirmed' : 'refused';
  await decideStoredMemberChange(tx, act, stored, { outcome, decider: by.person });
  if (outcome === 'refused') return { outcome, invited: null };
  const content = contentOf(context, stored);
  await requireApartFrom(tx, by.person ?? stored.proposer, manyIn(content));
  const deciders = [stored.proposer, ...(by.person === null ? [] : [by.person])];
  await applyMemberChange(context, tx, act, { id, deciders }, content);
  return { outcome, invited: await invitedBy(tx, act, by, content) };
}

/** A wait tells nobody anything: keys that it ended are reported once more, to be confirmed. */
async function invitedBy(
  tx: Tx,
  act: Act,
  by: Concluder,
  content: MemberChange,
): Promise<Invited | null> {
  if (content.kind !== 'key_report' || content.codeHash === undefined) return null;
  return by.person === null ? null : inviteAnew(tx, act, content, content.codeHash);
}

/** Whom a change is about where that is not one: of that one its row knows. */
function manyIn(content: MemberChange): readonly ParticipantId[] {
  if (content.kind === 'transition') return content.participants;
  return content.kind === 'import' ? membersIn(content.rows) : [];
}

function checkDecision(
  { proposer, outcome, digest }: StoredMemberChange,
  by: Concluder,
  stated: Parameters<typeof decideMemberChange>[3],
): void {
  if (stated.decision === 'confirm') requireAnother(by, proposer, 'decision');
  if (outcome !== null) {
    throw new TocsinError('CONFLICT', 'change: expected an open one, found one decided');
  }
  if (digest !== stated.digest) {
    const expected = 'digest: expected that of the proposal; look at it again';
    throw new TocsinError('APPROVAL_VOID', expected, { field: 'digest' });
  }
}

function contentOf(context: Context, { id, changeEnc }: StoredMemberChange): MemberChange {
  const json = decryptColumn(context.keys.standings, rowOf(id), changeEnc).toString();
  return JSON.parse(json) as MemberChange;
}

/** Associated data of an encrypted change. */
function rowOf(id: MemberChangeId): string {
  return `member_change/${id}`;
}

function unknownChange(): TocsinError {
  return new TocsinError('NOT_FOUND', 'change: expected one of this installation', {
    field: 'change',
  });
}
