import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactId } from '../../domain/ids.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';
import { LEXICON } from './lexicon.ts';
import { suggestionText } from './suggest.ts';

const TEXT = `# Often a heading

> Often a quotation.

Often it allows access, often not: "often" in quotes, \`often\` in code.
Prior to this it allows all.
`;

test('what is suggested can be frozen as it stands', () => {
  const suggested = parseSidecar(suggestionText(TEXT));
  assert.deepEqual(
    suggested.alternates.map(({ text, other, occurrence }) => [text, other, occurrence]),
    [
      ['Often', 'Frequently', 3],
      ['allows', 'permits', 1],
      ['often', 'frequently', 1],
      ['Prior to', 'Before', null],
      ['allows', 'permits', 2],
    ],
  );
  const { table } = freezeSlots({
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'markdown',
    text: TEXT,
    sidecar: suggested,
    earlier: [],
  });
  assert.equal(table.slots.length, 5);
});

test('no text is marked by a suggestion alone', () => {
  const input = {
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'markdown',
    text: TEXT,
    sidecar: null,
    earlier: [],
  } as const;
  assert.deepEqual(freezeSlots(input).table.slots, []);
});

test('the lexicon has each wording to look for once', () => {
  const wordings = LEXICON.flatMap(([one, other, , direction]) =>
    direction === 'both' ? [one, other] : [one],
  );
  assert.equal(new Set(wordings).size, wordings.length);
});
