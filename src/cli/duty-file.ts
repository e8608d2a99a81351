import {
  DUTY_PROVENANCES,
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type LegalDuty,
} from '../domain/enrolment.ts';
import { invalid } from '../domain/errors.ts';
import { HOUR_MS } from '../domain/instant.ts';
import { instantText, oneOf, parseYaml, record } from './yaml-file.ts';

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
  const document = record(parseYaml(text, 'duty file'), 'duty', [
    'provenance',
    'expiresAt',
    'duties',
  ]);
  const { provenance, expiresAt, duties } = document;
  if (!Array.isArray(duties)) throw invalid('duties', 'a list, empty where there are none', duties);
  return {
    status: 'stated',
    provenance: oneOf(DUTY_PROVENANCES, provenance, 'provenance'),
    expiresAt: instantText(expiresAt, 'expiresAt'),
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
