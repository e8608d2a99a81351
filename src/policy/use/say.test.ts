import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RECEIPT, use, useFacts } from '../../../tests/support/use-facts.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import { usePermissions } from './grant.ts';
import { safeToSay } from './say.ts';
import { SAFE_FIELDS, type SafeField } from './section.ts';

/** A value that no statement has by chance. */
const secret = fc.stringMatching(/^[0-9a-f]{16}$/);
const some: fc.Arbitrary<Instant> = fc
  .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) })
  .map((ms) => instant(ms));
/** Everything an alert may have, as a careless caller would hand it in. */
const alerts = fc.record({
  id: secret,
  disclosureAt: some,
  title: secret,
  summary: secret,
  cves: fc.array(secret),
  severity: secret,
  impacts: fc.array(secret),
  products: fc.array(secret),
  score: fc.double({ min: 0, max: 10, noNaN: true }),
});
const fieldLists = fc
  .subarray(SAFE_FIELDS.filter((field) => field !== 'existence'))
  .map((others): SafeField[] => ['existence', ...others]);

function grantsFor(fields: readonly SafeField[]) {
  const section = use(`
permissions:
  announce_existence: {from: receipt, fields: [${fields.join(', ')}]}
different_patch: refused
`);
  return usePermissions(section, useFacts(), RECEIPT);
}

test('no value of a field that is not granted ever occurs in a statement', () => {
  fc.assert(
    fc.property(alerts, fieldLists, some, (alert, fields, now) => {
      const { text } = safeToSay(alert, grantsFor(fields), now);
      if (now < RECEIPT) return assert.equal(text, null);
      const { id, disclosureAt, score, ...others } = alert;
      assert.ok(text !== null && text.includes(id) === fields.includes('id'));
      const year = String(new Date(disclosureAt).getUTCFullYear());
      const rest = text.replaceAll(id, '');
      assert.equal(rest.includes(year), fields.includes('T0'));
      for (const value of Object.values(others).flat()) assert.ok(!text.includes(value));
      if (!fields.includes('T0')) assert.doesNotMatch(rest, /\d/);
    }),
  );
});

test('a statement is the same for any two alerts that agree in what is granted', () => {
  fc.assert(
    fc.property(alerts, alerts, fieldLists, some, (one, other, fields, now) => {
      const agreeing = {
        ...other,
        ...(fields.includes('id') ? { id: one.id } : {}),
        ...(fields.includes('T0') ? { disclosureAt: one.disclosureAt } : {}),
      };
      const grants = grantsFor(fields);
      assert.deepEqual(safeToSay(one, grants, now), safeToSay(agreeing, grants, now));
    }),
  );
});

test('other permissions let say nothing, and neither does one that has ended', () => {
  const section = use(`
permissions:
  read: {from: receipt}
  announce_existence: {from: receipt, until: receipt + 1d, fields: [existence]}
different_patch: refused
`);
  const alert = { id: 'EX-471', disclosureAt: RECEIPT };
  const nothing = { fields: [], text: null };
  const reading = usePermissions(section, useFacts({ permitted: ['read'] }), RECEIPT);
  assert.deepEqual(safeToSay(alert, reading, RECEIPT), nothing);
  const grants = usePermissions(section, useFacts(), RECEIPT);
  const end = instant(RECEIPT + 86_400_000);
  assert.deepEqual(safeToSay(alert, grants, instant(end - 1)).fields, ['existence']);
  assert.deepEqual(safeToSay(alert, grants, end), nothing);
});
