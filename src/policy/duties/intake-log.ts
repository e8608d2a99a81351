import type { Instant } from '../../domain/instant.ts';
import { plusMonths } from '../months.ts';
import type { DutyRules } from './rules.ts';

/**
 * From when on (inclusive) an entry of the log of incoming reports may be erased; null: whenever
 * somebody wants to. RMSV Art. 5 asks for six months; the pack may ask for more.
 */
export function erasableFrom(rules: DutyRules, loggedAt: Instant): Instant | null {
  return rules.intakeLogMonths === null ? null : plusMonths(loggedAt, rules.intakeLogMonths);
}
