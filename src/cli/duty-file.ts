import { parse } from 'yaml';
import {
  DUTY_PROVENANCES,
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type LegalDuty,
} from '../domain/enrolment.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import { formatInstant, HOUR_MS, parseInstant } from '../domain/instant.ts';

/** Duty facts as the API takes them. */
export type DutyBody =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'stated';
      readonly duties: readonly LegalDuty[];
      readonly provenance: string;
      readonly expiresAt: string;
    };

/**
 * Reads a file of duty facts:
 *
 *     provenance: attested            # attested | assessed | disputed | none
 *     expiresAt: 2027-01-01T00:00:00Z
 *     duties:
 *       - law: Republic of Varennia, Vulnerability Reporting Act, section 7
 *         trigger: any_known          # any_known | actively_exploited | incident
 *         scope: any                  # any | own_product
 *         recipient: government       # government | csirt | regulator
 *         clockHours: 48              # or null, where the law names no time
 *
 * @throws INVALID_INPUT naming the field.
 */
export function parseDutyFile(text: string): DutyBody {
  const document = record(parseYaml(text), 'duty', ['provenance', 'expiresAt', 'duties']);
  const { provenance, expiresAt, duties } = document;
  if (!Array.isArray(duties)) throw invalid('duties', 'a list, empty where there are none', duties);
  const until = expiresAt instanceof Date ? expiresAt.toISOString() : expiresAt;
  return {
    status: 'stated',
    provenance: oneOf(DUTY_PROVENANCES, provenance, 'provenance'),
    expiresAt: formatInstant(parseInstant(until, 'expiresAt')),
    duties: duties.map((duty: unknown, i) => parseDuty(duty, `duties[${i}]`)),
  };
}

const DUTY_FIELDS = ['law', 'trigger', 'scope', 'recipient', 'clockHours'];

function parseDuty(value: unknown, at: string): LegalDuty {
  const { law, trigger, scope, recipient, clockHours } = record(value, at, DUTY_FIELDS);
  if (typeof law !== 'string' || law === '') throw invalid(`${at}.law`, 'the law, cited', law);
  if (clockHours !== null && !(typeof clockHours === 'number' && clockHours >= 0)) {
    throw invalid(`${at}.clockHours`, 'hours, or null', clockHours);
  }
  return {
    law,
    trigger: oneOf(DUTY_TRIGGERS, trigger, `${at}.trigger`),
    scope: oneOf(DUTY_SCOPES, scope, `${at}.scope`),
    recipient: oneOf(DUTY_RECIPIENTS, recipient, `${at}.recipient`),
    clockMs: clockHours === null ? null : Math.round(clockHours * HOUR_MS),
  };
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const line = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new TocsinError('INVALID_INPUT', `duty file: expected YAML: ${line}`, { cause });
  }
}

function record(value: unknown, at: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(at, `a mapping of ${known.join(', ')}`, value);
  }
  const found: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const other = Object.keys(found).find((key) => !known.includes(key));
  if (other !== undefined) throw invalid(`${at}.${other}`, `one of ${known.join(', ')}`, 'unknown');
  return found;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, field: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}`, value);
  return found;
}
