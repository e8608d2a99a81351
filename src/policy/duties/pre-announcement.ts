import { invalid } from '../../domain/errors.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { SEVERITIES, type Severity } from '../../domain/vulnerability.ts';

/** A severity that somebody has assessed. */
type Assessed = Exclude<Severity, 'unknown'>;

/** Everything the public learns ahead of disclosure: when, and how bad at most. */
export type PreAnnouncement = {
  /** `2025-07-08`, in UTC. */
  readonly date: string;
  /** `17:00Z`. */
  readonly time: string;
  readonly maxSeverity: Assessed;
};

const FIELDS: readonly string[] = ['date', 'time', 'maxSeverity'];
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\dZ$/;

/**
 * The pre-announcement of a disclosure, which covers all vulnerabilities with these severities.
 * @throws INVALID_INPUT where there is none, or one is not assessed: a top that may be too low
 * would be announced.
 */
export function preAnnouncementOf(
  disclosureAt: Instant,
  severities: readonly Severity[],
): PreAnnouncement {
  const assessed = severities.filter((each) => each !== 'unknown');
  if (assessed.length === 0 || assessed.length < severities.length) {
    throw invalid('severities', 'one or more, all assessed', severities);
  }
  const maxSeverity = assessed.reduce((top, each) =>
    SEVERITIES.indexOf(each) > SEVERITIES.indexOf(top) ? each : top,
  );
  const at = formatInstant(disclosureAt);
  return { date: at.slice(0, 10), time: `${at.slice(11, 16)}Z`, maxSeverity };
}

/**
 * Takes a pre-announcement from outside. It has the three fields and no other: whatever else is
 * said ahead of disclosure narrows down what it is. [R14]
 * @throws INVALID_INPUT naming the field that is missing, malformed or not to be said.
 */
export function parsePreAnnouncement(value: unknown): PreAnnouncement {
  if (typeof value !== 'object' || value === null) {
    throw invalid('preAnnouncement', FIELDS.join(', '), value);
  }
  const more = Reflect.ownKeys(value).find((key) => !FIELDS.includes(String(key)));
  if (more !== undefined) {
    throw invalid(`preAnnouncement.${String(more)}`, `only ${FIELDS.join(', ')}`, 'another field');
  }
  const { date, time, maxSeverity } = value as Record<string, unknown>;
  const severity = SEVERITIES.find((each) => each === maxSeverity);
  if (typeof date !== 'string' || !isDate(date)) {
    throw invalid('preAnnouncement.date', 'a date such as 2025-07-08', date);
  }
  if (typeof time !== 'string' || !TIME.test(time)) {
    throw invalid('preAnnouncement.time', 'a time in UTC such as 17:00Z', time);
  }
  if (severity === undefined || severity === 'unknown') {
    throw invalid('preAnnouncement.maxSeverity', 'an assessed severity', maxSeverity);
  }
  return { date, time, maxSeverity: severity };
}

function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  // A day that the month does not have becomes one of the next month, or none.
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
