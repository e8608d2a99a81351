import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Lead } from '../domain/schedule.ts';
import { isHour, isZone } from '../domain/zone.ts';
import { text, unexpected, type Yaml } from './yaml.ts';

const DURATION = /^(\d{1,4})(d|h|m)$/;
const UNIT_MS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };
const BUSINESS = /^(\d{1,3})bd (\S+) (\S+)$/;

/** The calendar that a pack's business days are counted in. */
export const PROGRAMME_CALENDAR = 'programme';

/** What the names of leads begin with that are single cells' own, and that no tier's does. */
export const OWN_LEAD = 'own_';

/**
 * A tier's lead: `14d`, `24h`, `90m`, or in business days with the hour and zone at which the wave
 * opens, `5bd 15:00 Europe/Berlin`. @throws POLICY_INVALID
 */
export function parseLead(yaml: Yaml): Lead {
  const found = parseOwnLead(text(yaml)) ?? parseBusiness(text(yaml));
  if (found === null) throw unexpected(yaml, 'a lead such as 14d, 24h, 90m or 5bd 15:00 UTC');
  return found;
}

/** A lead of a single cell: a duration, or null when the text is none. */
export function parseOwnLead(word: string): Lead | null {
  const ms = parseMs(word);
  return ms === null ? null : { unit: 'calendar', ms };
}

/** The milliseconds of `14d`, `24h` or `90m`; null when the text is none of these. */
export function parseMs(word: string): number | null {
  const [, count, unit] = DURATION.exec(word) ?? [];
  if (unit !== 'd' && unit !== 'h' && unit !== 'm') return null;
  return Number(count) * UNIT_MS[unit];
}

function parseBusiness(word: string): Lead | null {
  const [, days, hour = '', zone = ''] = BUSINESS.exec(word) ?? [];
  if (!isHour(hour) || !isZone(zone)) return null;
  return { unit: 'business', days: Number(days), hour, zone, calendar: PROGRAMME_CALENDAR };
}
