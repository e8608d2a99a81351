import { invalid } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';

/** What a participant says of a leak of its own. Free text, the issuer's alone to read. */
export type LeakReport = {
  readonly what: string;
  readonly toWhom: string;
  readonly prevention: string;
};

/** Longest answer to one of the three questions, in characters. */
const MOST_CHARACTERS = 4_000;

/**
 * A leak report answers all three questions: exactly what got out, to whom, and what keeps it from
 * happening again (Kubernetes, Envoy). [R59]
 * @throws INVALID_INPUT naming the answer that is missing or too long, or another field.
 */
export function parseLeakReport(value: unknown): LeakReport {
  if (typeof value !== 'object' || value === null) {
    throw invalid('leakReport', 'what, toWhom, prevention', value);
  }
  const given = value as Record<string, unknown>;
  const { what, toWhom, prevention, ...more } = given;
  const [other] = Object.keys(more);
  if (other !== undefined) {
    throw invalid(`leakReport.${other}`, 'only what, toWhom, prevention', 'another field');
  }
  return {
    what: answer('what', what),
    toWhom: answer('toWhom', toWhom),
    prevention: answer('prevention', prevention),
  };
}

function answer(field: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= MOST_CHARACTERS) {
    return value;
  }
  throw invalid(`leakReport.${field}`, `a text of 1 to ${MOST_CHARACTERS} characters`, value);
}

/**
 * Whether a report counts in its author's favour: it came before the issuer had found out by other
 * means. At the same instant it did not.
 */
export function isLenient(reportedAt: Instant, detectedAt: Instant | null): boolean {
  return detectedAt === null || reportedAt < detectedAt;
}
