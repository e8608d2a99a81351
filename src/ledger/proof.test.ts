import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { sha256 } from '../crypto/hash.ts';
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';

const VECTORS = join(import.meta.dirname, '../../testdata/tlog');

type InclusionVector = {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
};
type ConsistencyVector = {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
};

const bytes = (text: string) => Buffer.from(text, 'base64');
const refused = { name: 'TocsinError', code: 'PROOF_INVALID' };

function judge(wantErr: boolean, verification: () => void): void {
  if (wantErr) assert.throws(verification, refused);
  else verification();
}

suite('vectors of transparency-dev/merkle', () => {
  const inclusion = globSync('inclusion/**/*.json', { cwd: VECTORS });
  const consistency = globSync('consistency/**/*.json', { cwd: VECTORS });

  test('all of them are here', () => {
    assert.deepEqual([inclusion.length, consistency.length], [46, 54]);
  });

  for (const file of inclusion) {
    test(file, () => {
      const vector = JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as InclusionVector;
      judge(vector.wantErr, () => {
        verifyInclusion(sha256, {
          index: vector.leafIdx,
          size: vector.treeSize,
          leafHash: bytes(vector.leafHash),
          proof: (vector.proof ?? []).map(bytes),
          root: bytes(vector.root),
        });
      });
    });
  }

  for (const file of consistency) {
    test(file, () => {
      const vector = JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as ConsistencyVector;
      judge(vector.wantErr, () => {
        verifyConsistency(sha256, {
          size1: vector.size1,
          size2: vector.size2,
          root1: bytes(vector.root1),
          root2: bytes(vector.root2),
          proof: (vector.proof ?? []).map(bytes),
        });
      });
    });
  }
});

test('the file needs nothing of Node: a browser runs it as it is', () => {
  const source = readFileSync(join(import.meta.dirname, 'proof.ts'), 'utf8');
  const imports = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
  assert.deepEqual(imports, ['../domain/errors.ts']);
  assert.doesNotMatch(source, /\b(Buffer|process|require|global)\b/);
});

suite('what is refused', () => {
  const a = sha256(Buffer.of(1));
  const b = sha256(Buffer.of(2));
  const pair: InclusionClaim = {
    index: 0,
    size: 2,
    leafHash: a,
    proof: [b],
    root: sha256(Buffer.of(1), a, b),
  };
  const grown: ConsistencyClaim = {
    size1: 1,
    size2: 2,
    root1: a,
    root2: sha256(Buffer.of(1), a, b),
    proof: [b],
  };
  const short = Buffer.alloc(31);
  const long = Buffer.alloc(33);

  test('the claims that the cases below spoil are valid', () => {
    verifyInclusion(sha256, pair);
    verifyConsistency(sha256, grown);
  });

  const inclusions: [string, Partial<InclusionClaim>, RegExp][] = [
    [
      'a size beyond 2^53',
      { size: 2 ** 53 },
      /^size: expected an integer .* found 9007199254740992$/,
    ],
    ['an index beyond 2^53', { index: 2 ** 53 }, /^index: expected an integer/],
    ['a fraction', { size: 2.5 }, /^size: expected an integer/],
    ['a negative index', { index: -1 }, /^index: expected an integer/],
    ['an index outside', { index: 2 }, /^index: expected a leaf of the tree of size 2, found 2$/],
    ['a tree without leaves', { size: 0 }, /^index: expected a leaf/],
    ['a short leaf hash', { leafHash: short }, /^leafHash: expected 32 bytes, found 31$/],
    ['a long root', { root: long }, /^root: expected 32 bytes, found 33$/],
    ['a short proof hash', { proof: [short] }, /^proof\[0\]: expected 32 bytes, found 31$/],
    ['a missing hash', { proof: [] }, /^proof: expected 1 hashes for these sizes, found 0$/],
    ['an extra hash', { proof: [b, b] }, /^proof: expected 1 hashes for these sizes, found 2$/],
    ['the sibling for the leaf', { index: 1 }, /^root: expected [0-9a-f]{64}, found [0-9a-f]{64} /],
  ];
  for (const [what, spoiled, message] of inclusions) {
    test(`inclusion: ${what}`, () => {
      const claim = { ...pair, ...spoiled };
      assert.throws(() => verifyInclusion(sha256, claim), { ...refused, message });
    });
  }

  const consistencies: [string, Partial<ConsistencyClaim>, RegExp][] = [
    ['from size 0', { size1: 0 }, /^size1: expected at least 1, found 0$/],
    ['a size beyond 2^53', { size2: 2 ** 53 }, /^size2: expected an integer/],
    ['a smaller tree', { size1: 3 }, /^size2: expected at least size1, 3, found 2$/],
    ['a short root', { root1: short }, /^root1: expected 32 bytes/],
    ['another old root', { root1: b }, /^root2: expected/],
    ['another new root', { root2: b }, /^root2: expected/],
    ['no proof', { proof: [] }, /^proof: expected 1 hashes/],
    ['an extra hash', { proof: [b, b] }, /^proof: expected 1 hashes/],
    ['a proof for equal sizes', { size1: 2, root1: grown.root2 }, /^proof: expected 0 hashes/],
    ['equal sizes, other roots', { size1: 2, proof: [] }, /^root2: expected/],
  ];
  for (const [what, spoiled, message] of consistencies) {
    test(`consistency: ${what}`, () => {
      const claim = { ...grown, ...spoiled };
      assert.throws(() => verifyConsistency(sha256, claim), { ...refused, message });
    });
  }
});
