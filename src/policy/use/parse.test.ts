import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { use } from '../../../tests/support/use-facts.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';

const WHOLE = `
permissions:
  read: {from: receipt}
  distribute_binary:
    - {from: receipt, until: T0, to: members}
    - {from: T0 + 7d, to: anyone}
  distribute_source: {from: receipt + 3 months, to: anyone, kinds: [patch]}
  deploy_hosted: {from: receipt, if: [hosted, no_user_binary], patch_only: [apiserver]}
  announce_existence: {from: receipt, fields: [existence, id, T0]}
  external_ai_processing: {from: receipt, addendum: external_ai}
different_patch: {ask_within: 24h}
terms:
  no_marketing: No marketing.
addenda:
  aggregator: {asked_of: [aggregator], kinds: [indicator]}
`;

const receipt = { after: 'receipt', months: 0, ms: 0 } as const;
const plain = {
  from: receipt,
  until: null,
  conditions: [],
  patchOnly: [],
  kinds: [],
  addendum: null,
};

test('a section is read as it is written', () => {
  const section = use(WHOLE);
  assert.deepEqual(Object.fromEntries(section.permissions), {
    read: [{ ...plain, audience: 'self' }],
    distribute_binary: [
      { ...plain, audience: 'members', until: { after: 'T0', months: 0, ms: 0 } },
      { ...plain, audience: 'anyone', from: { after: 'T0', months: 0, ms: 7 * DAY_MS } },
    ],
    distribute_source: [
      {
        ...plain,
        audience: 'anyone',
        from: { after: 'receipt', months: 3, ms: 0 },
        kinds: ['patch'],
      },
    ],
    deploy_hosted: [
      {
        ...plain,
        audience: 'anyone',
        conditions: ['hosted', 'no_user_binary'],
        patchOnly: ['apiserver'],
      },
    ],
    announce_existence: [{ ...plain, audience: 'anyone' }],
    external_ai_processing: [{ ...plain, audience: 'self', addendum: 'external_ai' }],
  });
  assert.deepEqual(section.announce, ['existence', 'id', 'T0']);
  assert.deepEqual(section.differentPatch, { rule: 'ask', withinMs: 24 * HOUR_MS });
  assert.deepEqual([...section.terms], [['no_marketing', 'No marketing.']]);
  assert.deepEqual(section.addenda, [
    { addendum: 'aggregator', roles: ['aggregator'], kinds: ['indicator'], feeds: false },
  ]);
});

test('what a section leaves out it does not grant', () => {
  const section = use('permissions: {}\ndifferent_patch: refused');
  assert.equal(section.permissions.size, 0);
  assert.deepEqual(section.announce, []);
  assert.equal(section.terms.size, 0);
  assert.deepEqual(section.addenda, []);
});

describe('a section is refused, with its line and a remedy,', () => {
  const refuses = (from: string, to: string, message: RegExp) => {
    assert.equal(WHOLE.split(from).length, 2, `${from} is there once`);
    assert.throws(() => use(WHOLE.replace(from, to)), { code: 'POLICY_INVALID', message });
  };

  test('with a permission, term, addendum, condition or field there is not', () => {
    refuses(
      '  read:',
      '  reed:',
      /programme\.yaml:3: unknown key permissions\.reed \(known: read,/,
    );
    refuses('no_marketing:', 'no_adverts:', /:13: unknown key terms\.no_adverts \(known: no_text/);
    refuses('  aggregator:', '  other:', /:15: unknown addendum addenda\.other \(known: aggreg/);
    refuses('[hosted, ', '[housed, ', /if\.0: expected one of hosted, .*, found "housed"/);
    refuses('[existence, id,', '[existence, cve,', /fields\.1: expected one of .*found "cve"/);
  });

  test('with a term that does not fit on a copy, or on one line', () => {
    const expected = /terms\.no_marketing: expected one line of 1 to 200 characters/;
    refuses('No marketing.', 'n'.repeat(201), expected);
    refuses('No marketing.', '"No\\u001b[31m marketing."', expected);
    refuses('No marketing.', '"No\\nmarketing."', expected);
  });

  test('with a start that is not receipt or T0 and a time', () => {
    for (const start of ['now', 'receipt + 3', 'receipt+3 months', 'T0 - 7d', 'T0 + 7 days']) {
      refuses('{from: receipt + 3 months', `{from: ${start}`, /:7: .*expected receipt, T0, or one/);
    }
  });

  test('where distributing names nobody, or a fixed audience is named anew', () => {
    refuses('receipt + 3 months, to: anyone', 'receipt + 3 months', /missing .*source\.to/);
    refuses('read: {from: receipt}', 'read: {from: receipt, to: anyone}', /unknown key .*read\.to/);
    refuses('- {from: T0 + 7d, to: anyone}', '- {to: anyone}', /:6: missing .*binary\.1\.from/);
    refuses('{from: receipt, fields', '{fields', /missing permissions\.announce_existence\.from/);
  });

  test('where an announcement says something without saying that there is an alert', () => {
    refuses('[existence, id, T0]', '[id, T0]', /fields: expected existence among the fields/);
    refuses(', fields: [existence, id, T0]', '', /missing permissions\.announce_existence\.fields/);
  });

  test('where a different patch is left open', () => {
    refuses('different_patch: {ask_within: 24h}\n', '', /missing different_patch/);
    refuses('{ask_within: 24h}', 'ask', /expected allowed, refused, or \{ask_within: 24h\}/);
    refuses('{ask_within: 24h}', '{}', /missing different_patch\.ask_within/);
    refuses('{ask_within: 24h}', '', /expected allowed, refused, or .*, found null/);
  });
});
