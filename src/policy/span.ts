import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import { form, type Yaml } from './yaml.ts';

const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };

/** Reads a span of calendar time such as `14d`, `24h` or `90m`, in ms. @throws POLICY_INVALID */
export function span(yaml: Yaml): number {
  const expected = 'a time such as 14d, 24h or 90m';
  const [, count = '', unit = ''] = form(yaml, /^([1-9]\d{0,3})([dhm])$/, expected);
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
}
