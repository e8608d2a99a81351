import type { AlertId, EventId, ParticipantId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import type { Regulator } from '../../domain/regulator.ts';
import { type Matter, type Report, regulatorClocks } from './regulators.ts';
import type { DutyRules } from './rules.ts';

/** What is owed. Reports to authorities are named after the law and the report. */
export type DutyCode =
  | 'FINAL_TEXT'
  | 'PRE_ANNOUNCEMENT'
  | 'PUBLISH'
  | 'PUBLISH_POC'
  | 'LEAK_REPORT'
  | `${Uppercase<Regulator>}_${Report}`;

/**
 * What follows while a duty is not met. `hold_disclosure`: T0 is not approved; `violation`: an
 * entry in the register; `breach`: of the agreement; `regulator`: the law's own.
 */
export type DutyConsequence = 'hold_disclosure' | 'violation' | 'breach' | 'regulator';

/** `late`: met after its time. What follows from missing it follows from that, too. */
export type DutyState = 'open' | 'done' | 'overdue' | 'late';

/** One duty of the issuer or of a participant, as it stands at one instant. */
export type Duty = {
  readonly code: DutyCode;
  /** The rule, or the clause of the law, that it comes from. */
  readonly rule: string;
  readonly owner: 'issuer' | 'participant';
  readonly subject: {
    readonly alert: AlertId;
    readonly participant: ParticipantId | null;
    /** The event that sealed when the issuer became aware, for a report to an authority. */
    readonly awareness: EventId | null;
  };
  readonly dueAt: Instant;
  readonly doneAt: Instant | null;
  readonly state: DutyState;
  readonly consequence: DutyConsequence;
};

/** A leak that a participant noticed at itself, and when it reported it. */
export type OwnLeak = {
  readonly participant: ParticipantId;
  readonly noticedAt: Instant;
  readonly reportedAt: Instant | null;
};

/** What happened to an alert, as far as duties turn on it; null: it has not. */
export type DutyEvents = {
  readonly alert: AlertId;
  readonly disclosureAt: Instant;
  /** The list was given the alert. */
  readonly acceptedAt: Instant | null;
  readonly withdrawnAt: Instant | null;
  /** The embargo ended before its time, so that nothing before disclosure could be kept to. */
  readonly endedEarlyAt: Instant | null;
  /** Until when the list must have the final text, date and time, as the timing section has it. */
  readonly finalTextDueAt: Instant | null;
  readonly finalTextAt: Instant | null;
  readonly preAnnouncedAt: Instant | null;
  readonly publishedAt: Instant | null;
  /** The first copy of a proof of concept was delivered. */
  readonly pocSharedAt: Instant | null;
  readonly pocPublishedAt: Instant | null;
  readonly ownLeaks: readonly OwnLeak[];
  readonly matters: readonly Matter[];
};

type Owed = Omit<Duty, 'state'>;

/**
 * Every duty that an alert's events have brought about, as it stands at `now`, the earliest due
 * first.
 */
export function dutiesOn(rules: DutyRules, events: DutyEvents, now: Instant): Duty[] {
  return [
    ...beforeDisclosure(rules, events),
    ...publication(rules, events),
    ...leakReports(rules, events),
    ...authorities(rules, events),
  ]
    .map((owed) => ({ ...owed, state: stateAt(owed.dueAt, owed.doneAt, now) }))
    .sort((a, b) => a.dueAt - b.dueAt);
}

/**
 * What is due ahead of a disclosure whose time somebody chose. Whoever finishes the text late has
 * met the duty [R08] once T0 is moved far enough.
 */
function beforeDisclosure(rules: DutyRules, events: DutyEvents): Owed[] {
  const { disclosureAt, endedEarlyAt, finalTextDueAt, finalTextAt, preAnnouncedAt } = events;
  if (endedEarlyAt !== null || !isPublished(rules, events)) return [];
  const owed: Owed[] = [];
  if (finalTextDueAt !== null) {
    owed.push(issuer(events, 'FINAL_TEXT', 'R08', finalTextDueAt, finalTextAt, 'hold_disclosure'));
  }
  if (rules.preAnnouncementMs !== null) {
    const dueAt = plus(disclosureAt, -rules.preAnnouncementMs);
    owed.push(issuer(events, 'PRE_ANNOUNCEMENT', 'R14', dueAt, preAnnouncedAt, 'violation'));
  }
  return owed;
}

/** What a list was given comes out: the alert [R65], a proof of concept soon after. [R21] */
function publication(rules: DutyRules, events: DutyEvents): Owed[] {
  const { disclosureAt, acceptedAt, publishedAt, pocSharedAt, pocPublishedAt } = events;
  const owed: Owed[] = [];
  if (rules.publish !== null && acceptedAt !== null && isPublished(rules, events)) {
    owed.push(issuer(events, 'PUBLISH', 'R65', disclosureAt, publishedAt, 'violation'));
  }
  if (rules.publishPocMs !== null && pocSharedAt !== null) {
    const dueAt = plus(disclosureAt, rules.publishPocMs);
    owed.push(issuer(events, 'PUBLISH_POC', 'R21', dueAt, pocPublishedAt, 'violation'));
  }
  return owed;
}

function isPublished(rules: DutyRules, { withdrawnAt }: DutyEvents): boolean {
  return withdrawnAt === null || rules.publish === 'always';
}

/** A leak of its own is reported by the participant itself, from when it noticed. [R59] */
function leakReports({ leakReportMs }: DutyRules, { alert, ownLeaks }: DutyEvents): Owed[] {
  if (leakReportMs === null) return [];
  return ownLeaks.map(({ participant, noticedAt, reportedAt }) => ({
    code: 'LEAK_REPORT',
    rule: 'R59',
    owner: 'participant',
    subject: { alert, participant, awareness: null },
    dueAt: plus(noticedAt, leakReportMs),
    doneAt: reportedAt,
    consequence: 'breach',
  }));
}

function authorities({ regulators }: DutyRules, { alert, matters }: DutyEvents): Owed[] {
  return matters
    .flatMap((matter) => regulatorClocks(regulators, matter))
    .map(({ regulator, report, clause, awareness, dueAt, doneAt }) => ({
      code: `${upper(regulator)}_${report}`,
      rule: clause,
      owner: 'issuer',
      subject: { alert, participant: null, awareness: awareness.sealedIn },
      dueAt,
      doneAt,
      consequence: 'regulator',
    }));
}

function issuer(
  { alert }: DutyEvents,
  code: DutyCode,
  rule: string,
  dueAt: Instant,
  doneAt: Instant | null,
  consequence: DutyConsequence,
): Owed {
  const subject = { alert, participant: null, awareness: null };
  return { code, rule, owner: 'issuer', subject, dueAt, doneAt, consequence };
}

/** How something due stands at `now`. Done at exactly the due instant is in time. */
export function stateAt(dueAt: Instant, doneAt: Instant | null, now: Instant): DutyState {
  if (doneAt !== null && doneAt <= now) return doneAt <= dueAt ? 'done' : 'late';
  return now >= dueAt ? 'overdue' : 'open';
}

function upper<T extends string>(word: T): Uppercase<T> {
  return word.toUpperCase() as Uppercase<T>;
}
