import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import { text, unexpected, type Yaml } from './yaml.ts';

const SPAN = /^([1-9]\d{0,3})(d|h|m)$/;
const UNIT_MS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };

/** Reads a span of calendar time such as `14d`, `24h` or `90m`, in ms. @throws POLICY_INVALID */
export function span(yaml: Yaml): number {
  const [, count, unit] = SPAN.exec(text(yaml)) ?? [];
  if (unit === 'd' || unit === 'h' || unit === 'm') return Number(count) * UNIT_MS[unit];
  throw unexpected(yaml, 'a time such as 14d, 24h or 90m');
}
