import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type LegalDuty,
} from '../../domain/enrolment.ts';
import { invalid } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';

/** Firms, people and legal orders that do not exist (`examples/invented.yaml`). */
export type Invented = {
  readonly jurisdictions: readonly { readonly name: string; readonly duties: LegalDuty[] }[];
  readonly firms: readonly string[];
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly machines: readonly string[];
};

/** In a checkout and in the installed package alike, two folders above this file's folder. */
export const EXAMPLES = join(import.meta.dirname, '../../../examples');

/** @throws INVALID_INPUT naming the entry of the file that has another form. */
export async function readInvented(): Promise<Invented> {
  const text = await readFile(join(EXAMPLES, 'invented.yaml'), 'utf8');
  const file = record(parse(text), 'invented.yaml');
  const people = record(file['people'], 'people');
  return {
    jurisdictions: list(file['jurisdictions'], 'jurisdictions').map(parseJurisdiction),
    firms: texts(file['firms'], 'firms'),
    given: texts(people['given'], 'people.given'),
    family: texts(people['family'], 'people.family'),
    machines: texts(file['machines'], 'machines'),
  };
}

function parseJurisdiction(value: unknown): Invented['jurisdictions'][number] {
  const { name, duties } = record(value, 'jurisdictions');
  return { name: text(name, 'name'), duties: list(duties, 'duties').map(parseDuty) };
}

function parseDuty(value: unknown): LegalDuty {
  const duty = record(value, 'duties');
  return {
    law: text(duty['law'], 'law'),
    trigger: oneOf(DUTY_TRIGGERS, duty['trigger'], 'trigger'),
    scope: oneOf(DUTY_SCOPES, duty['scope'], 'scope'),
    recipient: oneOf(DUTY_RECIPIENTS, duty['recipient'], 'recipient'),
    clockMs: parseClock(text(duty['clock'], 'clock')),
  };
}

/** `48h`, `3d`. */
function parseClock(clock: string): number {
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(clock) ?? [];
  if (count === undefined) throw invalid('clock', 'hours or days, as 48h', clock);
  return Number(count) * (unit === 'd' ? DAY_MS : HOUR_MS);
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid(field, 'a mapping', value);
  return Object.fromEntries(Object.entries(value));
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, 'a list', value);
  return value;
}

function texts(value: unknown, field: string): string[] {
  return list(value, field).map((item) => text(item, field));
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(field, 'a text', value);
  return value;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, field: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}`, value);
  return found;
}
