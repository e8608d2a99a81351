import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDutyFile } from './duty-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

test('the example of docs/cli.md is read as it is meant', () => {
  assert.deepEqual(parseDutyFile(example), {
    status: 'stated',
    provenance: 'attested',
    expiresAt: '2027-01-01T00:00:00Z',
    duties: [
      {
        law: 'Republic of Varennia, Vulnerability Reporting Act, section 7',
        trigger: 'any_known',
        scope: 'any',
        recipient: 'government',
        clockMs: 48 * 3_600_000,
      },
    ],
  });
});

test('no duties is a statement too', () => {
  const none = 'provenance: attested\nexpiresAt: 2027-01-01T00:00:00Z\nduties: []\n';
  assert.deepEqual(parseDutyFile(none), {
    ...{ status: 'stated', provenance: 'attested', duties: [] },
    expiresAt: '2027-01-01T00:00:00Z',
  });
});

test('whatever is missing, unknown or of another kind is named', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    ['provenance: attested', 'provenance: hearsay', 'provenance'],
    ['expiresAt: 2027-01-01T00:00:00Z', 'expiresAt: 2027', 'expiresAt'],
    ['trigger: any_known', 'trigger: any', 'duties[0].trigger'],
    ['clockHours: 48', 'clockHours: soon', 'duties[0].clockHours'],
    ['clockHours: 48', 'clock: 48', 'duties[0].clock'],
    ['law: Republic', 'law: 7 #', 'duties[0].law'],
    ['provenance: attested', 'country: Varennia', 'duty.country'],
  ];
  for (const [from, to, field] of wrong) {
    assert.ok(example.includes(from), from);
    assert.throws(() => parseDutyFile(example.replace(from, to)), { code: 'INVALID_INPUT', field });
  }
  for (const text of ['', '- a', 'a: [', 'duties: x\nprovenance: none\n']) {
    assert.throws(() => parseDutyFile(text), { code: 'INVALID_INPUT' });
  }
});
