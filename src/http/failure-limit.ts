import { TocsinError } from '../domain/errors.ts';
import { type Instant, MINUTE_MS } from '../domain/instant.ts';

/** Failed attempts one address may make per window. */
const MAX_FAILURES = 20;
const WINDOW_MS = MINUTE_MS;

/** Addresses remembered; beyond that all are forgotten, which costs an attacker only addresses. */
const MAX_ADDRESSES = 10_000;

export type FailureLimit = {
  /** Runs the attempt. @throws RATE_LIMITED when this address has failed too often just now. */
  guard<T>(address: string, now: Instant, attempt: () => Promise<T>): Promise<T>;
};

/**
 * Bounds failed attempts, not attempts: an invitation's 192 bits cannot be guessed, so this keeps
 * the work small that strangers can cause, while a firm may enrol all its readers from one address.
 */
export function failureLimit(): FailureLimit {
  const failures = new Map<string, { since: Instant; count: number }>();
  return {
    async guard(address, now, attempt) {
      const known = failures.get(address);
      const recent = known && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
      if (recent.count >= MAX_FAILURES) {
        throw new TocsinError(
          'RATE_LIMITED',
          `attempts: expected at most ${MAX_FAILURES} failed ones a minute`,
        );
      }
      try {
        return await attempt();
      } catch (error) {
        if (failures.size >= MAX_ADDRESSES) failures.clear();
        recent.count += 1;
        failures.set(address, recent);
        throw error;
      }
    },
  };
}
