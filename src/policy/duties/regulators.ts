import type { EventId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../domain/instant.ts';
import type { Regulator } from '../../domain/regulator.ts';
import { plusMonths } from '../months.ts';

/**
 * When somebody of the issuer became aware, as the ledger has it. Clocks start here and nowhere
 * else; the event makes sure that nobody sets it later afterwards.
 */
export type Awareness = { readonly at: Instant; readonly sealedIn: EventId };

/** What has to be reported. */
export const MATTERS = [
  'exploited_vulnerability',
  'severe_incident',
  'significant_incident',
  'known_vulnerability',
] as const;
/** One of `MATTERS`. */
export type MatterKind = (typeof MATTERS)[number];

/** What an authority is sent. */
export const REPORTS = ['EARLY_WARNING', 'NOTIFICATION', 'FINAL_REPORT', 'FILING'] as const;
/** One of `REPORTS`. */
export type Report = (typeof REPORTS)[number];

/** Something that the issuer may have to report, with what it has reported so far. */
export type Matter = {
  readonly kind: MatterKind;
  /** In any order; the earliest counts. */
  readonly awareness: readonly [Awareness, ...Awareness[]];
  /** When a corrective or mitigating measure became available; null: there is none yet. */
  readonly measureAt: Instant | null;
  readonly submitted: Readonly<Partial<Record<Report, Instant>>>;
};

/** One report that is due, by the clause of the law that asks for it. */
export type RegulatorClock = {
  readonly regulator: Regulator;
  readonly report: Report;
  readonly clause: string;
  readonly awareness: Awareness;
  readonly dueAt: Instant;
  readonly doneAt: Instant | null;
};

type Stage = {
  readonly report: Report;
  readonly clause: string;
  readonly from: 'awareness' | 'measure' | 'notification';
  readonly after: { readonly hours: number } | { readonly days: number } | { readonly months: 1 };
};

type Law = { readonly regulator: Regulator; readonly stages: readonly Stage[] };

/**
 * The clocks of the laws. All run in calendar time from awareness: weekends and holidays are days.
 *
 * - CRA: Regulation (EU) 2024/2847 Art. 14(2) for an actively exploited vulnerability, Art. 14(4)
 *   for a severe incident, in force since 11 September 2026. [R66]
 * - NIS2: Directive (EU) 2022/2555 Art. 23(4), for a significant incident of the issuer's services.
 * - RMSV: the regulations on network product security vulnerabilities of 12 July 2021, Art. 7(2):
 *   two days. [R68]
 */
const LAWS: Readonly<Record<MatterKind, Law>> = {
  exploited_vulnerability: {
    regulator: 'cra',
    stages: [
      stage('EARLY_WARNING', 'CRA Art. 14(2)(a)', 'awareness', { hours: 24 }),
      stage('NOTIFICATION', 'CRA Art. 14(2)(b)', 'awareness', { hours: 72 }),
      stage('FINAL_REPORT', 'CRA Art. 14(2)(c)', 'measure', { days: 14 }),
    ],
  },
  severe_incident: {
    regulator: 'cra',
    stages: [
      stage('EARLY_WARNING', 'CRA Art. 14(4)(a)', 'awareness', { hours: 24 }),
      stage('NOTIFICATION', 'CRA Art. 14(4)(b)', 'awareness', { hours: 72 }),
      stage('FINAL_REPORT', 'CRA Art. 14(4)(c)', 'notification', { months: 1 }),
    ],
  },
  significant_incident: {
    regulator: 'nis2',
    stages: [
      stage('EARLY_WARNING', 'NIS2 Art. 23(4)(a)', 'awareness', { hours: 24 }),
      stage('NOTIFICATION', 'NIS2 Art. 23(4)(b)', 'awareness', { hours: 72 }),
      stage('FINAL_REPORT', 'NIS2 Art. 23(4)(d)', 'notification', { months: 1 }),
    ],
  },
  known_vulnerability: {
    regulator: 'rmsv',
    stages: [stage('FILING', 'RMSV Art. 7(2)', 'awareness', { hours: 48 })],
  },
};

function stage(report: Report, clause: string, from: Stage['from'], after: Stage['after']): Stage {
  return { report, clause, from, after };
}

/**
 * The clocks that run for a matter, if the issuer is in scope of its law. The report that follows a
 * measure has none until there is one. The report that follows the notification counts from its
 * submission; until then, from the last instant at which it may be submitted.
 */
export function regulatorClocks(
  regulators: readonly Regulator[],
  matter: Matter,
): readonly RegulatorClock[] {
  const { regulator, stages } = LAWS[matter.kind];
  if (!regulators.includes(regulator)) return [];
  const awareness = earliest(matter.awareness);
  const starts: Record<Stage['from'], Instant | null> = {
    awareness: awareness.at,
    measure: matter.measureAt,
    notification: null,
  };
  return stages.flatMap(({ report, clause, from, after }) => {
    const start = starts[from];
    if (start === null) return [];
    const dueAt = later(start, after);
    const doneAt = matter.submitted[report] ?? null;
    if (report === 'NOTIFICATION') starts.notification = doneAt ?? dueAt;
    return [{ regulator, report, clause, awareness, dueAt, doneAt }];
  });
}

/** Awareness that is found to be earlier moves the clock; a later one never does. */
function earliest([first, ...more]: Matter['awareness']): Awareness {
  return more.reduce((found, each) => (each.at < found.at ? each : found), first);
}

function later(start: Instant, after: Stage['after']): Instant {
  if ('months' in after) return plusMonths(start, after.months);
  return plus(start, 'days' in after ? after.days * DAY_MS : after.hours * HOUR_MS);
}
