import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../domain/errors.ts';
import { importDocument } from './import-document.ts';

const TESTDATA = new URL('../../testdata/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, TESTDATA), 'utf8');
const SOURCES = [
  read('cisa-csaf/va-24-201-01.json'),
  read('cisa-csaf/icsa-21-068-10.json'),
  read('toolshell/cve-json5/CVE-2025-49706.json'),
  read('toolshell/cve-json5/CVE-2025-53770.json'),
];

test('the format is told by the document itself', async () => {
  const formats = await Promise.all(
    SOURCES.map(async (text) => (await importDocument(Buffer.from(text))).format),
  );
  assert.deepEqual(formats, ['csaf-2.0', 'csaf-2.0', 'cve-5', 'cve-5']);
  const neither = importDocument(Buffer.from('{"type":"bundle"}'));
  await assert.rejects(neither, { code: 'INVALID_INPUT', field: 'document' });
  await assert.rejects(importDocument(Buffer.from('[]')), { code: 'INVALID_INPUT' });
  await assert.rejects(importDocument(Buffer.alloc(0)), { code: 'INVALID_INPUT' });
});

type Place = { readonly holder: Record<string, unknown>; readonly name: string };

/** Every member and item of a document, as something that can be replaced. */
function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places;
  const holder = value as Record<string, unknown>;
  for (const name of Object.keys(holder)) {
    places.push({ holder, name });
    placesOf(holder[name], places);
  }
  return places;
}

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(70_000),
  '\u0000',
  '2.0',
  'https://example.org',
  '2025-02-30T25:61:61Z',
  'javascript:alert(1)',
  [],
  [[[[]]]],
  {},
  { toString: 1, constructor: { prototype: {} } },
  { length: -1 },
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  change: fc.oneof(
    fc.constantFrom(...HOSTILE).map((value) => ({ kind: 'replace' as const, value })),
    fc.jsonValue().map((value) => ({ kind: 'replace' as const, value: value as unknown })),
    fc.constant({ kind: 'delete' as const }),
    fc.constant({ kind: 'repeat' as const }),
    fc
      .constantFrom('__proto__', 'constructor', 'x_y', 'toString', '')
      .map((name) => ({ kind: 'add' as const, name })),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

/** Defines rather than assigns: `__proto__` has to become a member like any other. */
function put(holder: object, name: string, value: unknown): void {
  const plain = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(holder, name, plain);
}

function mutate(document: unknown, { at, change }: Mutation): void {
  const places = placesOf(document);
  const place = places[Math.floor(at * places.length)];
  if (place === undefined) return;
  const { holder, name } = place;
  switch (change.kind) {
    case 'replace':
      put(holder, name, structuredClone(change.value));
      return;
    case 'delete':
      if (Array.isArray(holder)) holder.splice(Number(name), 1);
      else Reflect.deleteProperty(holder, name);
      return;
    case 'repeat':
      if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(name)]));
      return;
    case 'add':
      put(holder, change.name, {});
      return;
  }
}

/** Imports; anything but a result or a named refusal is what the properties below look for. */
async function survives(bytes: Uint8Array): Promise<void> {
  try {
    await importDocument(bytes);
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    assert.ok(['INVALID_INPUT', 'LIMIT_EXCEEDED', 'UNSUPPORTED'].includes(error.code));
  }
}

const RUNS = 400;

test('a mutated document gives a result or a named refusal, nothing else', async () => {
  const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SOURCES), mutations, async (source, changes) => {
      const document: unknown = JSON.parse(source);
      for (const change of changes) mutate(document, change);
      await survives(Buffer.from(JSON.stringify(document)));
    }),
    { numRuns: RUNS },
  );
  assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), prototype);
});

test('so does a document with damaged bytes', async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SOURCES), damage, fc.nat(), async (source, hits, cut) => {
      const bytes = Buffer.from(source);
      for (const [at, value] of hits) bytes[at % bytes.length] = value;
      await survives(cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
    }),
    { numRuns: RUNS },
  );
});
