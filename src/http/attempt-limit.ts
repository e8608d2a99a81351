import { TocsinError } from '../domain/errors.ts';
import { HOUR_MS, type Instant } from '../domain/instant.ts';

/** Addresses remembered; beyond that all are forgotten, which costs an attacker only addresses. */
const MAX_ADDRESSES = 10_000;

/** How often one address may do what leaves something behind each time, in an hour. */
export function attemptLimit(most: number): (address: string, now: Instant) => void {
  const attempts = new Map<string, { since: Instant; count: number }>();
  return (address, now) => {
    const known = attempts.get(address);
    const recent = known && now - known.since < HOUR_MS ? known : { since: now, count: 0 };
    if (recent.count >= most) {
      throw new TocsinError('RATE_LIMITED', `attempts: expected at most ${most} an hour`);
    }
    if (attempts.size >= MAX_ADDRESSES) attempts.clear();
    recent.count += 1;
    attempts.set(address, recent);
  };
}
