import { encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, ParticipantId, ProgrammeId, ReviewId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import { endingsOf } from '../../policy/gaps.ts';
import type { Policy } from '../../policy/policy.ts';
import { sidesOf } from '../../store/affiliation-store.ts';
import { alertsDisclosedAfter } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { obligationRows } from '../../store/obligation-store.ts';
import { type Enrolled, enrolmentOf, enrolmentsPage } from '../../store/participant-reader.ts';
import {
  insertReview,
  type LastReview,
  lastReviews,
  leaksSinceReview,
  releasedSince,
  statedSinceReview,
} from '../../store/review-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { obligationsFrom } from '../release/obligations-of-copy.ts';
import { type NamedCopy, storedReport } from '../trace/trace-report.ts';

/**
 * Why somebody is to look at a participant. `FACT_ENDS`: a fact that a release turns on;
 * `OBLIGATION_OVERDUE`, `LEAK_REPORTED`: of an alert; `FACTS_STATED`: by the member itself, a
 * change of its ownership among them; `COPY_IDENTIFIED`: by a released report, in a use that was
 * not permitted, or may not have been, of what had been served; `REVIEW_DUE`: the time that the
 * last review set has come; `NEVER_REVIEWED`.
 */
export const REVIEW_CAUSES = [
  'FACT_ENDS',
  'OBLIGATION_OVERDUE',
  'LEAK_REPORTED',
  'FACTS_STATED',
  'COPY_IDENTIFIED',
  'REVIEW_DUE',
  'NEVER_REVIEWED',
] as const;

export type ReviewCause = {
  readonly code: (typeof REVIEW_CAUSES)[number];
  /** A fact, or an obligation; null where there is none. */
  readonly what: string | null;
  readonly alert: AlertId | null;
  /** When it ends, was due or happened; null for who was never reviewed. */
  readonly at: Instant | null;
};

export type DueReview = {
  readonly participant: ParticipantId;
  readonly name: string;
  readonly causes: readonly ReviewCause[];
  readonly lastAt: Instant | null;
};

const PAGE = 500;
const MAX_NOTE = 4_000;
/** How long after disclosure what is owed for an alert is looked at. */
const OWED_DAYS = 90;
/** Longest time until the next one. */
const MAX_DAYS = 1_100;

/**
 * The active and restricted participants that somebody is to look at, with every cause: facts that
 * end before `until`, what is overdue or was reported since, and who was not looked at in time.
 * Those on whose side the caller stands too are for others to look at.
 */
export async function dueReviews(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  until: Instant,
  now: Instant,
): Promise<DueReview[]> {
  return context.store.issuer(async (tx) => {
    const policy = await context.policies.active(tx, programme);
    const last = await lastReviews(tx, programme);
    const events = await alertCauses(tx, policy, programme, last, now);
    const others = await otherCauses(context, tx, programme, last, now);
    const sides = await sidesOf(tx, caller.id);
    const due: DueReview[] = [];
    for (let after: ParticipantId | null = null; ; ) {
      const page: Enrolled[] = await enrolmentsPage(tx, programme, after, PAGE);
      for (const enrolled of page) {
        const { participant, name, enrolment } = enrolled;
        if (enrolment.standing !== 'active' && enrolment.standing !== 'restricted') continue;
        if (sides.has(participant)) continue;
        const reviewed = last.get(participant) ?? null;
        const causes = [
          ...endingCauses(policy, enrolled, until),
          ...(events.get(participant) ?? []),
          ...(others.get(participant) ?? []),
          ...calendarCauses(reviewed, until),
        ];
        const lastAt = reviewed?.at ?? null;
        if (causes.length > 0) due.push({ participant, name, causes, lastAt });
      }
      after = page.at(-1)?.participant ?? null;
      if (page.length < PAGE) return due;
    }
  });
}

function endingCauses(policy: Policy, { enrolment }: Enrolled, until: Instant): ReviewCause[] {
  return endingsOf(policy, enrolment)
    .filter((ending) => ending.until <= until)
    .map(({ fact, until: at }) => ({ code: 'FACT_ENDS', what: fact, alert: null, at }));
}

function calendarCauses(reviewed: LastReview | null, until: Instant): ReviewCause[] {
  const nothing = { what: null, alert: null } as const;
  if (reviewed === null) return [{ code: 'NEVER_REVIEWED', ...nothing, at: null }];
  return reviewed.nextAt <= until ? [{ code: 'REVIEW_DUE', ...nothing, at: reviewed.nextAt }] : [];
}

type Causes = Map<ParticipantId, ReviewCause[]>;

function add(causes: Causes, participant: ParticipantId, cause: ReviewCause): void {
  causes.set(participant, [...(causes.get(participant) ?? []), cause]);
}

/** Used as was not permitted, or may be not; what they had not been served is none of theirs. */
function isTheirs({ useAtThatTime, artifacts }: NamedCopy): boolean {
  const isUnserved =
    artifacts.length > 0 && artifacts.every((one) => one.because === 'NO_COPY_YET');
  return useAtThatTime !== 'permitted' && !isUnserved;
}

/** What members stated of themselves, and copies of theirs that were identified, since reviewed. */
async function otherCauses(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  last: ReadonlyMap<ParticipantId, LastReview>,
  now: Instant,
): Promise<Causes> {
  const causes: Causes = new Map();
  for (const { participant, at } of await statedSinceReview(tx, programme)) {
    add(causes, participant, { code: 'FACTS_STATED', what: null, alert: null, at });
  }
  // Nobody is left unreviewed for longer than that.
  const since = plus(now, -MAX_DAYS * DAY_MS);
  for (const { sighting, at } of await releasedSince(tx, programme, since)) {
    const report = await storedReport(context, tx, sighting);
    const copies = (report?.copies ?? []).filter(isTheirs);
    for (const [participant, own] of Map.groupBy(copies, (copy) => copy.participant)) {
      const reviewed = last.get(participant);
      if (reviewed && reviewed.at >= at) continue;
      for (const alert of new Set(own.map((copy) => copy.alert))) {
        add(causes, participant, { code: 'COPY_IDENTIFIED', what: null, alert, at });
      }
    }
  }
  return causes;
}

/** What has become overdue, and leaks that were reported, since the last review. */
async function alertCauses(
  tx: Tx,
  policy: Policy,
  programme: ProgrammeId,
  last: ReadonlyMap<ParticipantId, LastReview>,
  now: Instant,
): Promise<Causes> {
  const causes: Causes = new Map();
  // Much is owed at disclosure and after it.
  const since = plus(now, -OWED_DAYS * DAY_MS);
  for (const alert of await alertsDisclosedAfter(tx, programme, since)) {
    for (const row of await obligationRows(tx, alert.id)) {
      for (const { code, state, dueAt } of obligationsFrom(policy, alert, row, now)) {
        if (state !== 'overdue') continue;
        const reviewed = last.get(row.participant);
        if (reviewed && dueAt !== null && reviewed.at >= dueAt) continue;
        const cause = {
          code: 'OBLIGATION_OVERDUE',
          what: code,
          alert: alert.id,
          at: dueAt,
        } as const;
        add(causes, row.participant, cause);
      }
    }
  }
  for (const { participant, alert, at } of await leaksSinceReview(tx, programme)) {
    add(causes, participant, { code: 'LEAK_REPORTED', what: null, alert, at });
  }
  return causes;
}

/**
 * Records that somebody looked at a participant, and by when somebody is to look again. It changes
 * nothing else: what follows from a review is an act of its own.
 * @throws INVALID_INPUT; NOT_FOUND for a participant that the programme does not have.
 */
export async function recordReview(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  reviewed: {
    readonly participant: ParticipantId;
    readonly nextAt: Instant;
    readonly note: string | null;
  },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ review: ReviewId }> {
  const { participant, nextAt, note } = reviewed;
  if (nextAt <= now || nextAt > plus(now, MAX_DAYS * DAY_MS)) {
    throw invalid('nextAt', `an instant to come, within ${MAX_DAYS} days`, nextAt);
  }
  if (note !== null && (note.trim() === '' || note.length > MAX_NOTE)) {
    throw invalid('note', `1 to ${MAX_NOTE} characters, or none`, note);
  }
  return once(context, key, now, async (tx) => {
    if (!(await enrolmentOf(tx, programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of the programme', {
        field: 'participant',
      });
    }
    const review = newId<ReviewId>();
    const bytes = note === null ? null : Buffer.from(note);
    const noteEnc = bytes && encryptColumn(context.keys.standings, rowOf(review), bytes);
    const act = { programme, actor: actorOf(caller), at: now };
    const stored = { id: review, participant, reviewer: caller.id, nextAt, noteEnc };
    await insertReview(tx, act, stored, bytes && sha256Hex(bytes));
    return { review };
  });
}

function rowOf(review: ReviewId): string {
  return `member_review/${review}`;
}
