import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArmorReader, armor, dearmor } from './armor.ts';

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
const FULL = 'A'.repeat(64);

function refused(text: string, message: RegExp): void {
  assert.throws(() => dearmor(text), { code: 'SEAL_MALFORMED', message });
}

test('bytes of any length come back, with LF and with CRLF', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = armor(bytes);
      assert.deepEqual(Uint8Array.from(dearmor(text)), bytes);
      assert.deepEqual(Uint8Array.from(dearmor(text.replaceAll('\n', '\r\n'))), bytes);
    }),
  );
});

test('lines have 64 columns and the last one its line feed', () => {
  assert.equal(armor(Buffer.alloc(49)), `${BEGIN}\n${FULL}\nAA==\n${END}\n`);
  assert.equal(armor(Buffer.alloc(48)), `${BEGIN}\n${FULL}\n${END}\n`);
});

test('it reads the same in pieces of any size', () => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, i) => i));
  const text = Buffer.from(`\n \t\n${armor(bytes)}\n\n`);
  for (const size of [1, 2, 63, 64, 65, 66, 100]) {
    const parts: Buffer[] = [];
    const reader = new ArmorReader((part) => parts.push(part));
    for (let at = 0; at < text.length; at += size) reader.push(text.subarray(at, at + size));
    reader.end();
    assert.deepEqual(Buffer.concat(parts), bytes, `pieces of ${size}`);
  }
});

test('anything around the block but white space is refused, and too much of that', () => {
  const block = armor(Buffer.from('file'));
  assert.equal(dearmor(`${' '.repeat(1023)}\n${block}${'\n'.repeat(1024)}`).toString(), 'file');
  refused(`${' '.repeat(1024)}\n${block}`, /at most 1024 bytes/);
  refused(`${'\n'.repeat(1025)}${block}`, /at most 1024 bytes/);
  refused(`${block}${'\n'.repeat(1025)}`, /at most 1024 bytes/);
  refused(`${block}${' '.repeat(1025)}`, /shorter line/);
  refused(`x\n${block}`, /line 1: expected "-----BEGIN/);
  refused(` ${block}`, /line 1: expected "-----BEGIN/);
  refused(`${block}x`, /line 4: expected nothing but white space/);
  refused(`${block}${block}`, /line 4: expected nothing but white space/);
});

test('a body that is not strict PEM is refused, and the line named', () => {
  const body = (...lines: string[]): string => [BEGIN, ...lines, END, ''].join('\n');
  assert.equal(dearmor(body('AAA=')).length, 2);
  refused(body('AAAA', 'AAAA'), /line 3: expected "-----END/);
  refused(body(`${FULL.slice(0, 63)}=`, 'AAAA'), /line 3: expected "-----END/);
  refused(body(`${FULL}AAAA`), /line 2: expected canonical Base64, at most 64 columns/);
  refused(body(''), /line 2/);
  refused(body(FULL, ''), /line 3/);
  refused(body('AAB='), /line 2: expected canonical/);
  refused(body('AAA'), /line 2/);
  refused(body('AA-_'), /line 2/);
  refused(body(' AAA'), /line 2/);
  refused(body('Key: value', '', 'AAAA'), /line 2/);
});

test('a block without its ends is refused', () => {
  refused('', /expected "-----END AGE/);
  refused(`${BEGIN}\nAAAA\n`, /expected "-----END AGE.*found the end of the file/);
  refused(`${BEGIN}\nAAAA`, /end of the file/);
  refused(`${BEGIN}\nAAAA\n-----END`, /line 3/);
  refused(`-----BEGIN OTHER FILE-----\nAAAA\n${END}\n`, /line 1/);
  assert.equal(dearmor(`${BEGIN}\nAAAA\n${END}`).length, 3);
});
