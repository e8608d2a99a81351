import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, parseBase64 } from './base64.ts';
import { checkHeaderMac, formatHeader, MAX_HEADER_BYTES, parseHeader } from './header.ts';

const FILE_KEY = Buffer.alloc(16, 3);
const MAC = base64(Buffer.alloc(32, 9));

function refused(header: string, message: RegExp): void {
  assert.throws(() => parseHeader(Buffer.from(header, 'latin1')), {
    code: 'SEAL_MALFORMED',
    message,
  });
}

test('stanzas of any form come back, and the MAC is theirs', () => {
  const argument = fc
    .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 1, maxLength: 8 })
    .map((codes) => String.fromCharCode(...codes));
  const stanza = fc.record(
    {
      args: fc.array(argument, { minLength: 1, maxLength: 4 }),
      body: fc.uint8Array({ maxLength: 150 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(stanza, { minLength: 1, maxLength: 4 }), (stanzas) => {
      const bytes = formatHeader(stanzas, FILE_KEY);
      const header = parseHeader(Buffer.concat([bytes, Buffer.from('payload')]));
      assert.equal(header.length, bytes.length);
      assert.deepEqual(
        header.stanzas.map(({ args, body }) => ({ args, body: Uint8Array.from(body) })),
        stanzas,
      );
      checkHeaderMac(header, FILE_KEY);
      assert.throws(() => checkHeaderMac(header, Buffer.alloc(16)), { code: 'SEAL_TAMPERED' });
    }),
  );
});

test('a body of whole lines is followed by an empty one', () => {
  const text = formatHeader([{ args: ['t'], body: Buffer.alloc(48) }], FILE_KEY).toString();
  assert.ok(text.startsWith(`age-encryption.org/v1\n-> t\n${'A'.repeat(64)}\n\n--- `));
});

test('every departure from the ABNF is named with its line', () => {
  const v1 = 'age-encryption.org/v1';
  refused('', /line 1/);
  refused(v1, /line 1: expected a line feed/);
  refused(`age-encryption.org/v2\n-> t\n\n--- ${MAC}\n`, /line 1/);
  refused(`${v1} \n-> t\n\n--- ${MAC}\n`, /line 1/);
  refused(`${v1}\r\n-> t\r\n\r\n--- ${MAC}\r\n`, /line 1/);
  refused(`${v1}\n--- ${MAC}\n`, /line 2: expected a recipient stanza/);
  refused(`${v1}\n->\n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> \n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> a  b\n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> a \n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> a\xe9\n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> a\x7f\n\n--- ${MAC}\n`, /line 2/);
  refused(`${v1}\n-> a\n${'A'.repeat(68)}\n\n--- ${MAC}\n`, /line 3: expected at most 64.*68/);
  refused(`${v1}\n-> a\nAA==\n--- ${MAC}\n`, /line 3: expected canonical/);
  refused(`${v1}\n-> a\nAB\n--- ${MAC}\n`, /line 3: expected canonical/);
  refused(`${v1}\n-> a\nA\n--- ${MAC}\n`, /line 3: expected canonical/);
  refused(`${v1}\n-> a\n${'A'.repeat(64)}\n--- ${MAC}\n`, /line 4/);
  refused(`${v1}\n-> a\n\n--- ${MAC}`, /line 4: expected a line feed/);
  refused(`${v1}\n-> a\n\n---${MAC}\n`, /line 4/);
  refused(`${v1}\n-> a\n\n--- ${MAC}=\n`, /line 4/);
  refused(`${v1}\n-> a\n\n--- ${MAC.slice(0, 40)}\n`, /line 4/);
});

test('a header has a greatest length, however it fills it', () => {
  const stanzas = Array.from({ length: 30_000 }, () => ({ args: ['t'], body: Buffer.alloc(48) }));
  const file = formatHeader(stanzas, FILE_KEY);
  assert.ok(file.length > MAX_HEADER_BYTES);
  assert.throws(() => parseHeader(file), { code: 'LIMIT_EXCEEDED', message: /1048576/ });
});

test('a view into a larger buffer is read as what it shows', () => {
  const bytes = formatHeader([{ args: ['t'], body: Buffer.alloc(3) }], FILE_KEY);
  const larger = Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(5)]);
  const view = new Uint8Array(larger.buffer, larger.byteOffset + 7, bytes.length);
  assert.equal(parseHeader(view).length, bytes.length);
});

test('Base64 is read only in its canonical unpadded form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = base64(bytes);
      assert.doesNotMatch(text, /=/);
      assert.deepEqual(parseBase64(text), Buffer.from(bytes));
    }),
  );
  for (const text of ['AA==', 'AB', 'A', 'A-AA', 'A_AA', 'AA AA', 'AAAA\n']) {
    assert.equal(parseBase64(text), null, text);
  }
});
