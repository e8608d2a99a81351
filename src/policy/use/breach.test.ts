import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECEIPT, T0, use, useFacts } from '../../../tests/support/use-facts.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { breaches, type UseReport } from './breach.ts';

const SECTION = use(`
permissions:
  ship_detection: {from: T0, to: clients}
  distribute_source: {from: receipt + 3 months, to: anyone}
  distribute_binary: {from: receipt, to: members}
terms: {no_text_in_products: Nothing of ours in products., no_marketing: No marketing.}
different_patch: refused
`);

const source = (at: Instant): UseReport => ({
  kind: 'distribution',
  report: 'source',
  at,
  form: 'source',
  to: 'anyone',
});

test('a use by one who has no copy, or had none yet, comes from elsewhere', () => {
  assert.deepEqual(breaches(SECTION, useFacts({ receivedAt: null }), [source(T0)]), []);
  assert.deepEqual(breaches(SECTION, useFacts(), [source(plus(RECEIPT, -1))]), []);
  assert.deepEqual(breaches(SECTION, useFacts(), [source(RECEIPT)]), [
    { code: 'DISTRIBUTION_NOT_PERMITTED', report: 'source', at: RECEIPT },
  ]);
});

test('a later suspension makes no breach of a use that was agreed', () => {
  const suspended = useFacts({ standing: 'suspended' });
  const shipped: UseReport = { kind: 'protection', report: 'shipped', at: T0, to: 'clients' };
  assert.deepEqual(breaches(SECTION, suspended, [shipped]), []);
});

test('a wider audience than the permitted one is a breach at any time', () => {
  const wide: UseReport[] = [
    { kind: 'protection', report: 'a', at: T0, to: 'anyone' },
    { kind: 'distribution', report: 'b', at: T0, form: 'binary', to: 'clients' },
    { kind: 'distribution', report: 'c', at: T0, form: 'binary', to: 'members' },
  ];
  const found = breaches(SECTION, useFacts(), wide).map(({ report }) => report);
  assert.deepEqual(found, ['a', 'b']);
});

test('each report opens its own breach, in the order of the reports', () => {
  const reports: UseReport[] = [
    { kind: 'text', report: 'advert', at: T0, found: 'marketing' },
    source(T0),
    { kind: 'text', report: 'screen', at: RECEIPT, found: 'product' },
  ];
  assert.deepEqual(
    breaches(SECTION, useFacts(), reports).map(({ code }) => code),
    ['MARKETING', 'DISTRIBUTION_NOT_PERMITTED', 'TEXT_IN_PRODUCT'],
  );
});
