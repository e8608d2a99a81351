import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Lead } from '../domain/schedule.ts';
import { text, unexpected, type Yaml } from './yaml.ts';

const DURATION = /^(\d{1,4})(d|h|m)$/;
const UNIT_MS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };
const BUSINESS =
  /^(\d{1,3})bd ([01]\d|2[0-3]):([0-5]\d) ([A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*)$/;

/** The calendar that a pack's business days are counted in. */
export const PROGRAMME_CALENDAR = 'programme';

/**
 * A tier's lead: `14d`, `24h`, `90m`, or in business days with the hour and zone at which the wave
 * opens, `5bd 15:00 Europe/Berlin`. @throws POLICY_INVALID
 */
export function parseLead(yaml: Yaml): Lead {
  const found = parseDuration(text(yaml)) ?? parseBusiness(text(yaml));
  if (found === null) throw unexpected(yaml, 'a lead such as 14d, 24h, 90m or 5bd 15:00 UTC');
  return found;
}

/** A lead of a single cell: a duration, or null when the text is none. */
export function parseOwnLead(word: string): Lead | null {
  return parseDuration(word);
}

function parseDuration(word: string): Lead | null {
  const [, count, unit] = DURATION.exec(word) ?? [];
  if (unit !== 'd' && unit !== 'h' && unit !== 'm') return null;
  return { unit: 'calendar', ms: Number(count) * UNIT_MS[unit] };
}

function parseBusiness(word: string): Lead | null {
  const [, days, hour, minute, zone] = BUSINESS.exec(word) ?? [];
  if (zone === undefined || !isZone(zone)) return null;
  return {
    unit: 'business',
    days: Number(days),
    hour: `${hour}:${minute}`,
    zone,
    calendar: PROGRAMME_CALENDAR,
  };
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    // The only way to ask whether a zone exists; one that does not is no lead.
    return false;
  }
}
