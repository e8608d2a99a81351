import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ArtifactId } from '../../domain/ids.ts';
import { proseFields } from '../../formats/csaf/prose-fields.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';
import { compileTable, splice } from '../splice.ts';

const FILE = join(import.meta.dirname, '../../../testdata/cisa-csaf/icsa-17-026-02a.json');
const REAL = readFileSync(FILE, 'utf8');

const SMALL = JSON.stringify({
  document: {
    title: 'The update shows the way',
    notes: [{ category: 'summary', text: 'The "update" closes\n the hole at once.', title: 'one' }],
    references: [{ url: 'https://a.example/closes', summary: 'shows more' }],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2031-1234',
      notes: [{ category: 'details', text: 'A request opens the door.' }],
      remediations: [{ category: 'mitigation', details: 'Turn the service off.' }],
      threats: [{ category: 'impact', details: 'Somebody reads what they may not.' }],
      product_status: { known_affected: ['the service'] },
    },
  ],
});

function freeze(text: string, pairs: readonly (readonly [string, string])[]) {
  const entries = pairs.map(
    ([from, to]) =>
      `  - {text: ${JSON.stringify(from)}, other: ${JSON.stringify(to)}, family: phrase}\n`,
  );
  return freezeSlots({
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'csaf',
    text,
    sidecar: parseSidecar(`alternates:\n${entries.join('')}`),
    earlier: [],
  });
}

const PAIRS = [
  ['hole at once', 'gap at once'],
  ['opens the', 'unlocks the'],
  ['Turn the', 'Switch the'],
  ['reads what', 'sees what'],
] as const;

test('prose of every kind is marked, and all else of the document stays as it is', () => {
  const { table, dropped } = freeze(SMALL, PAIRS);
  assert.deepEqual(dropped, []);
  assert.equal(table.slots.length, PAIRS.length);
  const splicer = compileTable(Buffer.from(SMALL), table);
  const all = Uint8Array.from({ length: splicer.bitSlots }, () => 1);
  const copy = splice(splicer, all, () => assert.fail('no canary')).toString();
  assert.ok(PAIRS.every(([, other]) => copy.includes(other)));
  const expected = PAIRS.reduce((text, [from, to]) => text.replace(from, to), SMALL);
  assert.deepEqual(JSON.parse(copy), JSON.parse(expected));
});

test('a real advisory: its prose is found where persons read it', () => {
  const texts = proseFields(REAL).map(({ start, end }) =>
    String(JSON.parse(`"${REAL.slice(start, end)}"`)),
  );
  const { document, vulnerabilities } = JSON.parse(REAL) as {
    document: { notes: { text: string }[] };
    vulnerabilities: { notes: { text: string }[]; remediations: { details: string }[] }[];
  };
  const expected = [
    ...document.notes.map(({ text }) => text),
    ...vulnerabilities.flatMap(({ notes, remediations }) => [
      ...notes.map(({ text }) => text),
      ...remediations.map(({ details }) => details),
    ]),
  ];
  for (const text of expected) assert.ok(texts.includes(text), text.slice(0, 60));
});

test('nothing outside the prose can be marked, and no text that breaks the document', () => {
  const refused = (pairs: readonly (readonly [string, string])[], field: string) =>
    assert.throws(() => freeze(SMALL, pairs), { code: 'INVALID_INPUT', field });
  refused([['shows the', 'tells the']], 'alternates[0].text');
  refused([['shows more', 'tells more']], 'alternates[0].text');
  refused([['known_affected', 'affected']], 'alternates[0].text');
  refused([['opens the', 'opens" the']], 'alternates[0].other');
  refused([['opens the', 'opens\n the']], 'alternates[0].other');
  refused([['opens the', 'opens \\x the']], 'alternates[0].other');
  assert.throws(() => freeze(SMALL.slice(0, -1), PAIRS), { code: 'INVALID_INPUT', field: 'text' });
});
