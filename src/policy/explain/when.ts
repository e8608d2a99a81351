import type { Instant } from '../../domain/instant.ts';
import { durationWords } from '../duration-words.ts';
import type { Policy } from '../policy.ts';
import { DISCLOSURE, START, shortLimitMs } from './circumstances.ts';
import { scheduleOf } from './profile.ts';

/** How instants of the explanation's schedule are said. */
export type When = {
  /** As a date: `14 days before disclosure`. */
  readonly on: (at: Instant) => string;
  /** As a beginning: `from 14 days before disclosure on`. */
  readonly from: (at: Instant) => string;
};

/** How the instants of a policy are said, relative to disclosure. */
export function whenIn(policy: Policy): When {
  const schedule = scheduleOf(policy);
  const business = new Map<number, string>();
  for (const [name, lead] of Object.entries(policy.leads)) {
    if (lead.unit === 'calendar') continue;
    const words = `${lead.hour} ${lead.zone}, ${lead.days} business days before disclosure`;
    business.set(schedule.opensAt[name] ?? DISCLOSURE, words);
  }
  const limit = DISCLOSURE - shortLimitMs(schedule);
  const on = (at: Instant) => {
    if (at === DISCLOSURE) return 'disclosure';
    const side = at < DISCLOSURE ? 'before' : 'after';
    return business.get(at) ?? `${durationWords(Math.abs(DISCLOSURE - at))} ${side} disclosure`;
  };
  const from = (at: Instant) => {
    if (at === START) return 'at any time';
    if (at === limit) return 'once no more of the embargo is left than its own policy keeps';
    return `from ${on(at)} on`;
  };
  return { on, from };
}
