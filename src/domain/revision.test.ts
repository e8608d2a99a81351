import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactId } from './ids.ts';
import { standing } from './revision.ts';

function artifact(id: string, revises: string | null = null, reducedBy: string | null = null) {
  return {
    id: id as ArtifactId,
    revises: revises as ArtifactId | null,
    reducedBy: reducedBy as ArtifactId | null,
  };
}

test('of a chain of revisions the newest stands, also where it stands in for another', () => {
  const all = [
    artifact('summary 1'),
    artifact('poc', null, 'summary 1'),
    artifact('rule 1'),
    artifact('summary 2', 'summary 1'),
    artifact('rule 2', 'rule 1'),
    artifact('summary 3', 'summary 2'),
  ];
  assert.deepEqual(standing(all), [
    artifact('poc', null, 'summary 3'),
    artifact('rule 2', 'rule 1'),
    artifact('summary 3', 'summary 2'),
  ]);
  assert.deepEqual(standing(all.slice(0, 3)), all.slice(0, 3));
});
