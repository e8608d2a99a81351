import { REGULATORS, type Regulator } from '../../domain/regulator.ts';
import { refusePack } from '../refuse.ts';
import { span } from '../span.ts';
import { someWords, whole } from '../values.ts';
import { fields, form, optional, unexpected, word, type Yaml } from '../yaml.ts';
import { type DueFrom, parseDueFrom } from './due-from.ts';

const PUBLISH = ['always', 'unless_withdrawn'] as const;
const FIRST_BREACH = ['remove_everywhere', 'record'] as const;
type FirstBreach = (typeof FIRST_BREACH)[number];
const WITHOUT_REASON = ['allowed', 'refused'] as const;
type RepeatedBreach = { readonly count: number; readonly withinMs: number };

/** What a programme owes and demands: section `duties:` of `programme.yaml`. */
export type DutyRules = {
  /** How long before disclosure the public pre-announcement is due, ms; null: there is none. */
  readonly preAnnouncementMs: number | null;
  /** How long after disclosure a shared proof of concept may stay unpublished, ms; null: ever. */
  readonly publishPocMs: number | null;
  /** Whether what the list was given is published though it was withdrawn; null: no duty. */
  readonly publish: (typeof PUBLISH)[number] | null;
  /** Whether members keep what they were given to themselves until disclosure. */
  readonly keepEmbargo: boolean;
  /** How soon after its first grant a member acknowledges a copy, ms; null: no duty. */
  readonly acknowledgeMs: number | null;
  /** How soon a participant reports a leak of its own, ms; null: no duty. */
  readonly leakReportMs: number | null;
  /** By when a member says how it is affected; null: no duty. */
  readonly statusReport: DueFrom | null;
  /** By when its protection is ready; null: no duty. */
  readonly protectionReport: DueFrom | null;
  /** How soon a member tries again what was revised after it tried it, ms; null: no duty. */
  readonly retestMs: number | null;
  /** By when what it publishes itself is out; null: no duty. */
  readonly post: DueFrom | null;
  /** How soon a member that has left, or had to, gives up its copies, ms; null: no duty. */
  readonly returnCopiesMs: number | null;
  /** What a first confirmed breach means. */
  readonly firstBreach: FirstBreach;
  /** How many confirmed breaches within how many ms bring a removal up; null: persons see to it. */
  readonly repeatedBreach: RepeatedBreach | null;
  /** Whether a participant may be removed without a reason given. */
  readonly removalWithoutReason: (typeof WITHOUT_REASON)[number];
  /** The laws that the issuer is in scope of. */
  readonly regulators: readonly Regulator[];
  /** How many months the log of incoming reports is kept; null: nothing is laid down. */
  readonly intakeLogMonths: number | null;
};

/** What holds where the section, or a key of it, is absent: no duty that nobody laid down. */
export const DEFAULT_DUTIES: DutyRules = {
  preAnnouncementMs: null,
  publishPocMs: null,
  publish: null,
  keepEmbargo: false,
  acknowledgeMs: null,
  leakReportMs: null,
  statusReport: null,
  protectionReport: null,
  retestMs: null,
  post: null,
  returnCopiesMs: null,
  firstBreach: 'record',
  repeatedBreach: null,
  removalWithoutReason: 'refused',
  regulators: [],
  intakeLogMonths: null,
};

/** RMSV Art. 5: the log of received vulnerability reports is kept for not less than six months. */
const RMSV_LOG_MONTHS = 6;

const KEYS = [
  'pre_announcement',
  'publish_poc',
  'publish',
  'keep_embargo',
  'acknowledge',
  'leak_report',
  'status_report',
  'protection_report',
  'retest',
  'post',
  'return_copies',
  'first_breach',
  'repeated_breach',
  'removal_without_reason',
  'regulators',
  'intake_log',
] as const;

/** @throws POLICY_INVALID naming file, line and remedy. */
export function parseDuties(yaml: Yaml): DutyRules {
  const found = fields(yaml, [], KEYS);
  const otherwise = DEFAULT_DUTIES;
  const firstBreach = optional(found.first_breach, oneOf(FIRST_BREACH), otherwise.firstBreach);
  const regulators: readonly Regulator[] = optional(
    found.regulators,
    (laws) => someWords(laws, REGULATORS),
    otherwise.regulators,
  );
  return {
    preAnnouncementMs: optional(found.pre_announcement, span, otherwise.preAnnouncementMs),
    publishPocMs: optional(found.publish_poc, span, otherwise.publishPocMs),
    publish: optional(found.publish, oneOf(PUBLISH), otherwise.publish),
    keepEmbargo: optional(found.keep_embargo, untilDisclosure, otherwise.keepEmbargo),
    acknowledgeMs: optional(found.acknowledge, span, otherwise.acknowledgeMs),
    leakReportMs: optional(found.leak_report, span, otherwise.leakReportMs),
    statusReport: optional(found.status_report, parseDueFrom, otherwise.statusReport),
    protectionReport: optional(found.protection_report, parseDueFrom, otherwise.protectionReport),
    retestMs: optional(found.retest, span, otherwise.retestMs),
    post: optional(found.post, parseDueFrom, otherwise.post),
    returnCopiesMs: optional(found.return_copies, span, otherwise.returnCopiesMs),
    firstBreach,
    repeatedBreach: optional(
      found.repeated_breach,
      (repeated) => parseRepeated(repeated, firstBreach),
      otherwise.repeatedBreach,
    ),
    removalWithoutReason: optional(
      found.removal_without_reason,
      oneOf(WITHOUT_REASON),
      otherwise.removalWithoutReason,
    ),
    regulators,
    intakeLogMonths: parseIntakeLog(found.intake_log, yaml, regulators),
  };
}

function oneOf<W extends string>(words: readonly W[]): (yaml: Yaml) => W {
  return (yaml) => word(yaml, words);
}

/** An embargo is kept until disclosure and no longer: the word is there to be read. */
function untilDisclosure(yaml: Yaml): boolean {
  return word(yaml, ['T0']) === 'T0';
}

/** A rule that can never fire is a mistake of whoever wrote it. */
function parseRepeated(yaml: Yaml, firstBreach: FirstBreach): RepeatedBreach {
  if (firstBreach === 'remove_everywhere') {
    const problem = `${yaml.path}: never comes to bear, the first breach removes`;
    throw refusePack(yaml.place, problem, 'drop it, or write first_breach: record');
  }
  const { count, within } = fields(yaml, ['count', 'within']);
  return { count: whole(count, 2), withinMs: span(within) };
}

/** The least that the law asks for is not the pack's to undercut. [R68] */
function parseIntakeLog(
  yaml: Yaml | undefined,
  section: Yaml,
  regulators: readonly Regulator[],
): number | null {
  const least = regulators.includes('rmsv') ? RMSV_LOG_MONTHS : 0;
  if (yaml === undefined) {
    if (least === 0) return DEFAULT_DUTIES.intakeLogMonths;
    throw refusePack(section.place, 'missing duties.intake_log', `rmsv asks for ${least}mo`);
  }
  const [, months] = form(yaml, /^([1-9]\d{0,2})mo$/, 'a number of months such as 6mo');
  if (Number(months) < least) throw unexpected(yaml, `at least ${least}mo, as rmsv asks`);
  return Number(months);
}
