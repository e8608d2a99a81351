/** Members state facts of themselves: what narrows counts at once, the rest once it is attested. */
import { newId } from '../../crypto/random.ts';
import { addressOf } from '../../domain/contact.ts';
import type { DutyProvenance, Enrolment, LegalDuty } from '../../domain/enrolment.ts';
import { statedFacts } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId, StatementId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { onlyNarrows } from '../../domain/narrowing.ts';
import type { StatedFacts, StatementState } from '../../domain/statement.ts';
import type { Policy } from '../../policy/policy.ts';
import { OTHER_PRODUCT } from '../../policy/vocabulary.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  decideStatement,
  insertStatement,
  programmesOf,
  type StoredStatement,
  statedToday,
  statementById,
  statementsOf,
} from '../../store/statement-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { putEnrolment, requireEnrolled } from './apply-member-change.ts';
import { openStatement, sealStatement } from './attest-statement.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';

/** A statement with what has become of it. */
export type StatementView = {
  readonly statement: StatementId;
  readonly programme: ProgrammeId;
  readonly reader: ReaderId;
  readonly at: Instant;
  readonly state: StatementState;
  readonly facts: StatedFacts;
};

/** A member has no more to say in a day, and its duties are no more. */
const MOST_A_DAY = 20;
const MOST_DUTIES = 50;

/**
 * A reader states facts of its organisation. Duties that nobody knew of, and a shorter embargo, are
 * decided by at once; everything else waits on the issuer's work list, and a newer statement takes
 * the place of one that waits.
 * @param programme needed where the organisation is in several.
 * @throws INVALID_INPUT for a word that the policy in force does not know; RATE_LIMITED after 20 a
 * day.
 */
export async function stateFacts(
  context: Context,
  caller: ReaderCaller,
  programme: ProgrammeId | null,
  facts: StatedFacts,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ statement: StatementId; narrowed: boolean }> {
  const { participant } = caller;
  return once(context, key, now, async (tx) => {
    const where = await oneProgramme(tx, participant, programme);
    // Before the lock: who has had its say must not make releases wait.
    if ((await statedToday(tx, participant, now)) >= MOST_A_DAY) {
      throw new TocsinError('RATE_LIMITED', `statements: expected at most ${MOST_A_DAY} a day`);
    }
    await lockToChange(tx, where);
    checkFacts(await context.policies.active(tx, where), facts);
    const statement = newId<StatementId>();
    const act = { programme: where, actor: actorOf(caller), at: now };
    const contentEnc = sealStatement(context, statement, facts);
    await insertStatement(tx, act, { id: statement, participant, reader: caller.id, contentEnc });
    const { enrolment } = await requireEnrolled(tx, where, participant);
    const after = narrowed(enrolment, facts);
    if (after === null) return { statement, narrowed: false };
    await putEnrolment(context, tx, act, participant, after);
    return { statement, narrowed: true };
  });
}

async function oneProgramme(
  tx: Tx,
  participant: ParticipantId,
  named: ProgrammeId | null,
): Promise<ProgrammeId> {
  const own = await programmesOf(tx, participant);
  const [only] = own;
  if (named === null && own.length === 1 && only !== undefined) return only;
  if (named !== null && own.includes(named)) return named;
  throw invalid('programme', 'one of the organisation’s own, where it is in several', 'none');
}

/** What no policy takes for a reason to open; null: nothing of it is new. */
function narrowed(before: Enrolment, { duties, maxEmbargoMs }: StatedFacts): Enrolment | null {
  const { duty, profile } = before;
  const more =
    duties === null || duty.status === 'unknown'
      ? []
      : duties.items.filter((each) => !duty.duties.some((known) => same(known, each)));
  const shorter = shorterOf(profile.maxEmbargoMs, maxEmbargoMs);
  if (more.length === 0 && shorter === profile.maxEmbargoMs) return null;
  if (duty.status === 'stated' && duty.duties.length + more.length > MOST_DUTIES) {
    throw new TocsinError('LIMIT_EXCEEDED', `duties: expected at most ${MOST_DUTIES} on record`);
  }
  const after = {
    ...before,
    duty: duty.status === 'unknown' ? duty : { ...duty, duties: [...duty.duties, ...more] },
    profile: { ...profile, maxEmbargoMs: shorter },
  };
  // What a member says of itself must never open anything by itself.
  return onlyNarrows(before, after) ? after : null;
}

function shorterOf(known: number | null, stated: number | null): number | null {
  if (known === null || stated === null) return known ?? stated;
  return Math.min(known, stated);
}

function same(a: LegalDuty, b: LegalDuty): boolean {
  return (
    a.law === b.law &&
    a.trigger === b.trigger &&
    a.scope === b.scope &&
    a.recipient === b.recipient &&
    a.clockMs === b.clockMs
  );
}

function checkFacts(policy: Policy, { products, contacts, calendar }: StatedFacts): void {
  for (const [i, product] of (products ?? []).entries()) {
    if ([...policy.products, OTHER_PRODUCT].includes(product)) continue;
    throw invalid(`products[${i}]`, 'a product of the programme', 'another word');
  }
  for (const [i, address] of (contacts ?? []).entries()) {
    if (addressOf(address) !== address) throw invalid(`contacts[${i}]`, 'an address', 'another');
  }
  const known = [...(policy.timing?.calendars.keys() ?? [])];
  if (calendar === null || known.includes(calendar)) return;
  throw invalid('calendar', `one of ${known.join(', ') || 'none'}`, 'another word');
}

/** What the caller's organisation has stated, newest first. */
export async function readOwnFacts(
  context: Context,
  { participant }: ReaderCaller,
): Promise<StatementView[]> {
  return context.store.issuer(async (tx) =>
    (await statementsOf(tx, participant)).map((stored) => viewOf(context, stored)),
  );
}

/** What a participant has stated, newest first, for persons of the issuer. */
export async function readStatements(
  context: Context,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<StatementView[]> {
  return context.store.issuer(async (tx) =>
    (await statementsOf(tx, participant, programme)).map((stored) => viewOf(context, stored)),
  );
}

function viewOf(context: Context, stored: StoredStatement): StatementView {
  const { id: statement, programme, reader, at, state } = stored;
  return { statement, programme, reader, at, state, facts: openStatement(context, stored) };
}

/**
 * Proposes to take a statement for attested; a second person confirms it as other facts.
 * @param provenance how sure the issuer is of its duties.
 * @throws CONFLICT for one that was decided or has been superseded.
 */
export async function proposeAttestation(
  context: Context,
  caller: PersonCaller,
  id: StatementId,
  provenance: Exclude<DutyProvenance, 'none'>,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  return once(context, key, now, async (tx) => {
    const { programme, participant } = await openOne(tx, id);
    await lockToChange(tx, programme);
    const facts = openStatement(context, await openOne(tx, id));
    const { enrolment } = await requireEnrolled(tx, programme, participant);
    const before = statedFacts(enrolment);
    const after = attested(before, facts, provenance);
    checkEnrolment(await context.policies.active(tx, programme), after);
    const change = { kind: 'enrolment', participant, before, after, statement: id } as const;
    return { proposal: await proposeMemberChange(context, tx, caller, programme, change, now) };
  });
}

function attested(
  before: Enrolment,
  { duties, products, maxEmbargoMs }: StatedFacts,
  provenance: DutyProvenance,
): Enrolment {
  const { profile } = before;
  return {
    ...before,
    duty:
      duties === null
        ? before.duty
        : { status: 'stated', duties: duties.items, provenance, expiresAt: duties.expiresAt },
    profile: {
      ...profile,
      products: products ?? profile.products,
      maxEmbargoMs: maxEmbargoMs ?? profile.maxEmbargoMs,
    },
  };
}

/** Refuses a statement, by one person: what it has narrowed stays as it is. */
export async function refuseStatement(
  context: Context,
  caller: PersonCaller,
  id: StatementId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ refused: boolean }> {
  return once(context, key, now, async (tx) => {
    const { programme } = await openOne(tx, id);
    await lockToChange(tx, programme);
    const stored = await openOne(tx, id);
    const act = { programme, actor: actorOf(caller), at: now };
    await decideStatement(tx, act, stored, 'refused');
    return { refused: true };
  });
}

async function openOne(tx: Tx, id: StatementId): Promise<StoredStatement> {
  const stored = await statementById(tx, id);
  if (!stored) {
    throw new TocsinError('NOT_FOUND', 'statement: expected one of this installation', {
      field: 'statement',
    });
  }
  if (stored.state === 'asserted') return stored;
  throw new TocsinError('CONFLICT', 'statement: expected the last one, open, found another');
}
