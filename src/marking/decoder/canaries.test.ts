import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firms, markKey } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { canaryValue } from '../code.ts';
import type { CanarySlot } from '../slot-table.ts';
import { renderCanary } from '../splice.ts';
import { findCanaries } from './canaries.ts';

const KEY = markKey(seeded(1));
const FIRMS = firms(40);
const ARTIFACT = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;

function canarySlot(slot: string, form: CanarySlot['form'], length: number): CanarySlot {
  return {
    kind: 'canary',
    key: { artifact: ARTIFACT, slot },
    family: `canary.${form}`,
    start: 10,
    end: 10 + length,
    authored: '0'.repeat(length),
    form,
  };
}

const GUID = canarySlot('c0', 'guid', 36);
const HEX = canarySlot('c1', 'hex', 16);
const SLOTS = [GUID, HEX];

function search(strings: readonly string[]) {
  return findCanaries({ key: KEY, slots: SLOTS, strings, participants: FIRMS, cap: 300 });
}

test('a reader’s value is found whatever its case, braces and hyphens', () => {
  const value = renderCanary(GUID, canaryValue(KEY, 'firm-3/desk-2', GUID.key));
  for (const form of [value, value.toUpperCase(), `{${value}}`, value.replaceAll('-', '')]) {
    const [hit, ...others] = search(['deadbeef', form, 'cafe']);
    assert.deepEqual(others, []);
    assert.deepEqual(hit, {
      key: GUID.key,
      family: 'canary.guid',
      participant: 'firm-3',
      reader: 'desk-2',
      bits: 122,
      strings: 3,
      corrected: (300 * 3) / 2 ** 122,
    });
  }
});

test('a value of a machine channel names the participant and no reader', () => {
  const value = renderCanary(HEX, canaryValue(KEY, 'firm-5', HEX.key));
  const [hit, ...others] = search([value]);
  assert.deepEqual(others, []);
  assert.equal(hit?.participant, 'firm-5');
  assert.equal(hit?.reader, null);
  assert.equal(hit?.bits, 64);
  assert.equal(hit?.corrected, 300 / 2 ** 64);
});

test('somebody else’s strings, part of a value, and no strings at all: no hit', () => {
  const value = renderCanary(GUID, canaryValue(KEY, 'firm-3/desk-2', GUID.key));
  assert.deepEqual(search([value.slice(0, 30), renderCanary(GUID, Buffer.alloc(32, 7))]), []);
  assert.deepEqual(search([]), []);
});

test('the values of two readers in one sample are two hits', () => {
  const values = ['firm-3/desk-2', 'firm-7/desk-0'].map((recipient) =>
    renderCanary(HEX, canaryValue(KEY, recipient, HEX.key)),
  );
  assert.deepEqual(
    search(values).map(({ participant, reader }) => `${participant}/${reader}`),
    ['firm-3/desk-2', 'firm-7/desk-0'],
  );
});
