import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ARTIFACT_BYTES } from '../domain/artifact.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ArtifactId } from '../domain/ids.ts';
import { freezeSlots } from './freeze.ts';
import type { Earlier } from './passage.ts';
import { parseSidecar } from './sidecar.ts';

const ADVISORY = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;
const SUMMARY = '9a7d3c52-8b1e-4f60-b2c4-5d6e7f8091a2' as ArtifactId;

const SIDECAR = parseSidecar(`
alternates:
  - { text: allows, other: permits, family: word }
  - { text: often, other: frequently, family: word }
canaries:
  - { text: "0123456789abcdef", form: hex }
`);
const TEXT = 'It allows much. It is often right. Token 0123456789abcdef.';

function freeze(artifact: ArtifactId, version: number, text: string, earlier: Earlier[]) {
  const input = { artifact, version, format: 'text', text, sidecar: SIDECAR, earlier } as const;
  const { table } = freezeSlots(input);
  return { table, text };
}

function names(frozen: Earlier): string[] {
  return frozen.table.slots.map(({ key }) => `${key.artifact.slice(0, 4)}/${key.slot}`);
}

const first = freeze(ADVISORY, 1, TEXT, []);

test('slots are numbered from 0 in the order of the text', () => {
  assert.deepEqual(names(first), ['4e1f/0', '4e1f/1', '4e1f/2']);
});

test('a passage that stands there again keeps its coordinates; a new one gets a new number', () => {
  const changed = `New. ${TEXT.replace('is often right', 'is quite often wrong')}`;
  const second = freeze(ADVISORY, 2, changed, [first]);
  assert.deepEqual(names(second), ['4e1f/0', '4e1f/3', '4e1f/2']);
  const third = freeze(ADVISORY, 3, TEXT, [first, second]);
  assert.deepEqual(names(third), names(first));
});

test('the same passage in another artifact shares the coordinates of the first', () => {
  const summary = freeze(SUMMARY, 1, `# Summary\n\n- It\n  allows much.\n\n${TEXT.slice(16)}`, [
    first,
  ]);
  assert.deepEqual(names(summary), names(first));
  const other = freeze(SUMMARY, 1, TEXT.replace('much', 'little'), [first]);
  assert.deepEqual(names(other), ['9a7d/0', '4e1f/1', '4e1f/2']);
});

test('a passage that occurs twice shares once', () => {
  const sidecar = parseSidecar(
    [1, 2, 3]
      .map((n) => `  - { text: allows, other: permits, family: word, occurrence: ${n} }`)
      .join('\n')
      .replace(/^/, 'alternates:\n'),
  );
  const text = 'It allows much. It allows much. It allows much.';
  const input = { format: 'text', text, sidecar } as const;
  const old = freezeSlots({ ...input, artifact: ADVISORY, version: 1, earlier: [first] }).table;
  assert.deepEqual(names({ table: old, text }), ['4e1f/0', '4e1f/3', '4e1f/4']);
});

test('another alternate is another passage', () => {
  const sidecar = parseSidecar('alternates: [{ text: allows, other: enables, family: word }]');
  const { table } = freezeSlots({
    artifact: ADVISORY,
    version: 2,
    format: 'text',
    text: TEXT,
    sidecar,
    earlier: [first],
  });
  assert.equal(table.slots[0]?.key.slot, '3');
});

test('a text that is too large or not Unicode is refused', () => {
  const frozen = (text: string) => () =>
    freezeSlots({
      artifact: ADVISORY,
      version: 1,
      format: 'text',
      text,
      sidecar: null,
      earlier: [],
    });
  const refused = (code: string) => (error: unknown) =>
    error instanceof TocsinError && error.code === code && error.field === 'text';
  assert.throws(frozen('a \ud800'), refused('INVALID_INPUT'));
  assert.throws(frozen('x'.repeat(MAX_ARTIFACT_BYTES + 1)), refused('LIMIT_EXCEEDED'));
});
