import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { DUTY_RECIPIENTS, DUTY_SCOPES, DUTY_TRIGGERS } from '../../src/domain/enrolment.ts';

type Duty = Record<'law' | 'trigger' | 'scope' | 'recipient' | 'clock', string>;
type Invented = {
  readonly jurisdictions: readonly { readonly name: string; readonly duties: readonly Duty[] }[];
  readonly firms: readonly string[];
  readonly people: { readonly given: readonly string[]; readonly family: readonly string[] };
  readonly machines: readonly string[];
};

const source = readFileSync(join(import.meta.dirname, '../../examples/invented.yaml'), 'utf8');
const invented = parse(source) as Invented;
const distinct = (names: readonly string[]) => new Set(names).size;

test('the file says in its first line that everything in it is invented', () => {
  assert.match(source, /^# Everything in this file is invented/);
});

test('there are names for 120 participants and 300 readers, none twice', () => {
  const { firms, people } = invented;
  assert.ok(firms.length >= 120);
  assert.equal(distinct(firms), firms.length);
  assert.ok(distinct(people.given) * distinct(people.family) >= 300);
});

test("each duty is stated in the domain's words, and one is to report anything known", () => {
  const duties = invented.jurisdictions.flatMap((one) => one.duties);
  for (const duty of duties) {
    assert.ok(
      DUTY_TRIGGERS.some((word) => word === duty.trigger),
      duty.law,
    );
    assert.ok(
      DUTY_SCOPES.some((word) => word === duty.scope),
      duty.law,
    );
    assert.ok(
      DUTY_RECIPIENTS.some((word) => word === duty.recipient),
      duty.law,
    );
    assert.match(duty.clock, /^\d+[hd]$/);
  }
  assert.ok(duties.some((duty) => duty.trigger === 'any_known' && duty.recipient === 'government'));
  assert.ok(duties.some((duty) => duty.trigger === 'actively_exploited'));
  assert.ok(invented.jurisdictions.some((one) => one.duties.length === 0));
});
