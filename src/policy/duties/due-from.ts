import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { durationWords } from '../duration-words.ts';
import { form, type Yaml } from '../yaml.ts';

/** An instant to be: so long after a member's first grant, or before (negative) or after T0. */
export type DueFrom = { readonly from: 'grant' | 'T0'; readonly ms: number };

const DUE = /^(?:([1-9]\d{0,3})([dhm])|T0(?: ([+-]) ([1-9]\d{0,3})([dhm]))?)$/;
const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };

/** Reads `48h` (after the grant), `T0`, `T0 - 24h` or `T0 + 7d`. @throws POLICY_INVALID */
export function parseDueFrom(yaml: Yaml): DueFrom {
  const found = form(yaml, DUE, 'a time such as 48h, T0, T0 - 24h or T0 + 7d');
  const [, count, unit = '', sign, offset = '0', offsetUnit = 'd'] = found;
  if (count !== undefined) return { from: 'grant', ms: Number(count) * (UNIT_MS[unit] ?? 0) };
  const ms = Number(offset) * (UNIT_MS[offsetUnit] ?? 0);
  return { from: 'T0', ms: sign === '-' ? -ms : ms };
}

/** The instant itself. */
export function dueAtOf(
  { from, ms }: DueFrom,
  at: { readonly grantedAt: Instant; readonly disclosureAt: Instant },
): Instant {
  return plus(from === 'T0' ? at.disclosureAt : at.grantedAt, ms);
}

/** `By 24 hours before disclosure`, as a sentence of a page for people begins. */
export function dueFromWords({ from, ms }: DueFrom): string {
  if (from === 'grant') return `Within ${durationWords(ms)} of being given something`;
  if (ms === 0) return 'By disclosure';
  const side = ms < 0 ? 'before' : 'after';
  return `By ${durationWords(Math.abs(ms))} ${side} disclosure`;
}
