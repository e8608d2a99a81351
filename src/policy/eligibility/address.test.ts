import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFault } from './address.ts';

const WORDS = ['security', 'psirt'];

test('a team’s address has one of the words as a whole part of its name', () => {
  for (const local of ['security', 'PSIRT', 'product-security', 'psirt_intake', 'security.eu']) {
    assert.equal(addressFault(`${local}@example.org`, WORDS), null, local);
  }
});

test('names of persons, tags and words within words are personal', () => {
  for (const local of ['ana', 'ana.lind', 'ana+psirt', 'security+ana', 'securityana', 'info']) {
    assert.equal(addressFault(`${local}@example.org`, WORDS), 'ADDRESS_PERSONAL', local);
  }
});

test('what no mail could be sent to is malformed', () => {
  const no = ['', 'psirt', '@example.org', 'psirt@', 'psirt@localhost', 'psirt@a@example.org'];
  const long = `psirt@${'a.'.repeat(123)}org`;
  assert.equal(addressFault(long.replace('a.', ''), WORDS), null);
  for (const address of [long, ...no, 'psirt @example.org', 'psirt@example..org', 'psirt@-a.org']) {
    assert.equal(addressFault(address, WORDS), 'ADDRESS_MALFORMED', address);
  }
});
