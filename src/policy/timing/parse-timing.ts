import type { Lead } from '../../domain/schedule.ts';
import { PROGRAMME_CALENDAR } from '../lead.ts';
import { refusePack } from '../refuse.ts';
import { fields, list, optional, unexpected, word, type Yaml } from '../yaml.ts';
import { refuseContradictions } from './contradiction.ts';
import { type Duration, parseDuration } from './duration.ts';
import { parseCalendars, parseZone } from './parse-calendars.ts';
import { parseDisclosure, parsePreAnnouncement } from './parse-disclosure.ts';
import { parseEmbargo } from './parse-embargo.ts';
import { NO_EMBARGO_WORDS, type NoticeSection, type Timing } from './section.ts';
import { parseWindows } from './window.ts';

const OPTIONAL = [
  ...(['compress_when', 'embargo', 'notice', 'disclosure', 'avoid', 'final_text'] as const),
  ...(['pre_announcement', 'targets', 'calendars'] as const),
];

const COMPRESS_WORDS = ['exploited'] as const;
const ANY_DISCLOSURE = { must: null, should: null };
const NO_TARGETS = { notice: null, disclosure: null };

/** What a section may refer to of its pack: when waves open, and the codes of products. */
export type PackTerms = {
  readonly leads: Readonly<Record<string, Lead>>;
  readonly products: readonly string[];
};

/**
 * Reads the section `timing` of a pack.
 * @throws POLICY_INVALID naming file, line and remedy: a key or value that there is not, business
 * days without a calendar, a rule that can never fire, clocks that are impossible together.
 */
export function parseTiming(yaml: Yaml, { leads, products }: PackTerms): Timing {
  const root = fields(yaml, ['zone', 'no_embargo_when'], OPTIONAL);
  const calendars = optional(root.calendars, parseCalendars, new Map());
  const inBusinessDays = Object.values(leads).some(({ unit }) => unit === 'business');
  if (inBusinessDays && !calendars.has(PROGRAMME_CALENDAR)) {
    const key = `${yaml.path}.calendars.${PROGRAMME_CALENDAR}`;
    throw refusePack(yaml.place, `leads in business days without ${key}`, 'add the calendar');
  }
  const length = (each: Yaml) => parseDuration(each, calendars);
  const timing: Timing = {
    zone: parseZone(root.zone),
    calendars,
    noEmbargoWhen: list(root.no_embargo_when).map((each) => word(each, NO_EMBARGO_WORDS)),
    compressWhen: optional(root.compress_when, (each) => word(each, COMPRESS_WORDS), null),
    embargo: optional(root.embargo, (each) => parseEmbargo(each, calendars), null),
    notice: optional(root.notice, (each) => parseNotice(each, length, products), null),
    ...optional(root.disclosure, (each) => parseDisclosure(each, calendars), ANY_DISCLOSURE),
    avoid: optional(root.avoid, parseWindows, []),
    finalText: optional(root.final_text, length, null),
    preAnnouncement: optional(root.pre_announcement, parsePreAnnouncement, null),
    targets: optional(root.targets, (each) => parseTargets(each, length), NO_TARGETS),
  };
  refuseContradictions(yaml, timing, leads);
  return timing;
}

function parseTargets(yaml: Yaml, length: (each: Yaml) => Duration): Timing['targets'] {
  const { notice, disclosure } = fields(yaml, [], ['notice', 'disclosure']);
  return {
    notice: optional(notice, length, null),
    disclosure: optional(disclosure, length, null),
  };
}

function parseNotice(
  yaml: Yaml,
  length: (each: Yaml) => Duration,
  products: readonly string[],
): NoticeSection {
  const root = fields(yaml, [], ['at_least', 'at_most', 'after_fix']);
  return {
    atLeast: optional(root.at_least, length, null),
    atMost: optional(root.at_most, length, null),
    afterFix: optional(root.after_fix, (each) => parseAfterFix(each, products), []),
  };
}

/** `all`, or the products whose alerts wait for a fix. */
function parseAfterFix(yaml: Yaml, products: readonly string[]): NoticeSection['afterFix'] {
  const value: unknown = yaml.node?.toJSON();
  if (!Array.isArray(value)) return word(yaml, ['all'] as const);
  if (value.length === 0) throw unexpected(yaml, 'all, or at least one product');
  return list(yaml).map((each) => word(each, products));
}
