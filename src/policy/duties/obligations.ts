import type { Standing } from '../../domain/enrolment.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import {
  meets,
  type ObligationCode,
  type ReportableCode,
  type ReportWord,
} from '../../domain/obligation.ts';
import { dueAtOf } from './due-from.ts';
import { stateAt } from './duties-on.ts';
import type { DutyRules } from './rules.ts';

/**
 * What a member owes for an alert, as a copy says it: by an instant (`keep_embargo`: until it), or
 * within a time of what it is about, which may never happen: then there is no instant yet.
 */
export type Owed = {
  readonly code: ObligationCode;
  readonly dueAt: Instant | null;
  /** Milliseconds from when a leak was noticed, or from when the member was out. */
  readonly withinMs: number | null;
};

/** When the alert was first given to the member, and when it comes out. */
export type OwedFrom = { readonly grantedAt: Instant; readonly disclosureAt: Instant };

/** How an obligation stands. `binding`: it is to be kept, or nothing has called for it yet. */
export const OBLIGATION_STATES = ['open', 'done', 'late', 'overdue', 'binding'] as const;

/** The same as it stands at one instant. */
export type Obligation = Owed & {
  readonly doneAt: Instant | null;
  readonly state: (typeof OBLIGATION_STATES)[number];
};

/** What the obligations of one member for one alert turn on; null: it has not happened. */
export type ObligationFacts = OwedFrom & {
  readonly standing: Standing;
  /** Since when it has that standing; null: as long as it is a member. */
  readonly standingSince: Instant | null;
  /** Its first copy of anything of the alert. */
  readonly receivedAt: Instant | null;
  /** Its first receipt for one. */
  readonly acknowledgedAt: Instant | null;
  /** What it reported of itself, oldest first. */
  readonly reports: readonly MemberReport[];
  /** Leaks of its own that it reported, oldest report first. */
  readonly leaks: readonly { readonly noticedAt: Instant; readonly reportedAt: Instant }[];
  /** Revisions that it was given of what it had tried, oldest first. */
  readonly revisions: readonly Revision[];
};

/** When a revision was given to a member, and when it said what came of trying it; null: not. */
export type Revision = { readonly givenAt: Instant; readonly triedAt: Instant | null };

/** What a member said for an obligation. */
export type MemberReport = {
  readonly code: ReportableCode;
  readonly says: ReportWord;
  readonly at: Instant;
};

/** Standings in which a member has left, or had to: whatever it has is to be given up. */
const OUT: readonly Standing[] = ['suspended', 'removed', 'withdrawn'];

/** What a member owes for an alert at `now`, in the order of `OBLIGATION_CODES`. */
export function owedBy(rules: DutyRules, from: OwedFrom, now: Instant): Owed[] {
  const { disclosureAt, grantedAt } = from;
  const { acknowledgeMs, leakReportMs, retestMs, returnCopiesMs } = rules;
  const owed: Owed[] = [];
  // [R45] [R47] A state and no act: what counts as breaking it is a matter of the permissions.
  if (rules.keepEmbargo && now < disclosureAt) owed.push(by('keep_embargo', disclosureAt));
  if (acknowledgeMs !== null) owed.push(by('acknowledge', plus(grantedAt, acknowledgeMs)));
  // [R59] The member is told beforehand: whoever looks it up after a leak has lost hours.
  if (leakReportMs !== null) owed.push(within('leak_report', leakReportMs));
  for (const [code, due] of reportsOf(rules)) {
    if (due !== null) owed.push(by(code, dueAtOf(due, from)));
  }
  if (retestMs !== null) owed.push(within('retest', retestMs));
  if (returnCopiesMs !== null) owed.push(within('return_copies', returnCopiesMs));
  return owed;
}

/** Whether what a member owes turns on when it was first given something. */
export function turnsOnGrant(rules: DutyRules): boolean {
  return rules.acknowledgeMs !== null || reportsOf(rules).some(([, due]) => due?.from === 'grant');
}

/** What is to be reported by an instant, in the order of `OBLIGATION_CODES`. */
function reportsOf({ statusReport, protectionReport, post }: DutyRules) {
  return [
    ['status_report', statusReport],
    ['protection_report', protectionReport],
    ['post', post],
  ] as const;
}

/**
 * The same as it stands at `now`. A member that is not active can do nothing for an alert that it
 * no longer sees: only what was due by then, and its copies, are still asked of it.
 */
export function obligationsOf(
  rules: DutyRules,
  facts: ObligationFacts,
  now: Instant,
): Obligation[] {
  return owedBy(rules, facts, now).flatMap((owed) => {
    const found = standingOf(owed, facts, now);
    return found === null ? [] : [found];
  });
}

function standingOf(owed: Owed, facts: ObligationFacts, now: Instant): Obligation | null {
  const { code } = owed;
  switch (code) {
    case 'keep_embargo':
      return binding(owed);
    case 'leak_report':
      return leakReported(owed, facts, now);
    case 'acknowledge':
      return whileActive(owed, facts, facts.acknowledgedAt, now);
    case 'status_report':
    case 'protection_report':
    case 'post':
      return whileActive(owed, facts, reportedSince(facts, code, null), now);
    case 'retest':
      return retested(owed, facts, now);
    case 'return_copies':
      return copies(owed, facts, now);
  }
}

function whileActive(
  owed: Owed,
  { standing, standingSince }: ObligationFacts,
  doneAt: Instant | null,
  now: Instant,
): Obligation | null {
  const { dueAt } = owed;
  const until = standing === 'active' ? null : standingSince;
  if (dueAt === null || (until !== null && doneAt === null && dueAt > until)) return null;
  return { ...owed, doneAt, state: stateAt(dueAt, doneAt, now) };
}

/** As its last leak was reported; one that nobody reported is not known. */
function leakReported(owed: Owed, { leaks }: ObligationFacts, now: Instant): Obligation {
  const last = leaks.at(-1);
  if (last === undefined || owed.withinMs === null) return binding(owed);
  const dueAt = plus(last.noticedAt, owed.withinMs);
  return { ...owed, dueAt, doneAt: last.reportedAt, state: stateAt(dueAt, last.reportedAt, now) };
}

/** As the first revision stands that it has not tried, else the last one. */
function retested(owed: Owed, facts: ObligationFacts, now: Instant): Obligation | null {
  const { revisions } = facts;
  const asked = revisions.find(({ triedAt }) => triedAt === null) ?? revisions.at(-1);
  if (asked === undefined || owed.withinMs === null) return binding(owed);
  const dueAt = plus(asked.givenAt, owed.withinMs);
  return whileActive({ ...owed, dueAt }, facts, asked.triedAt, now);
}

/** Whoever has no copy has none to give up. What was given up before may be had again since. */
function copies(owed: Owed, facts: ObligationFacts, now: Instant): Obligation | null {
  const { standing, standingSince, receivedAt } = facts;
  if (!OUT.includes(standing) || standingSince === null) return binding(owed);
  if (receivedAt === null || owed.withinMs === null) return null;
  const dueAt = plus(standingSince, owed.withinMs);
  const doneAt = reportedSince(facts, 'return_copies', standingSince);
  return { ...owed, dueAt, doneAt, state: stateAt(dueAt, doneAt, now) };
}

function reportedSince(
  { reports }: ObligationFacts,
  code: ReportableCode,
  since: Instant | null,
): Instant | null {
  const found = reports.find(
    (each) => each.code === code && meets(each.says) && (since === null || each.at >= since),
  );
  return found?.at ?? null;
}

function binding(owed: Owed): Obligation {
  return { ...owed, doneAt: null, state: 'binding' };
}

function by(code: ObligationCode, dueAt: Instant): Owed {
  return { code, dueAt, withinMs: null };
}

function within(code: ObligationCode, withinMs: number): Owed {
  return { code, dueAt: null, withinMs };
}
