import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleLedger, sampleProof } from '../../tests/support/sample-ledger.ts';
import { sha256 } from '../crypto/hash.ts';
import { signer } from '../crypto/sign.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { eventEntry, eventLeafHash, type Part } from './event-leaf.ts';
import { type EventProof, verifyEventProof } from './event-proof.ts';
import { encodeEventProof } from './event-proof-form.ts';
import { buildEventTree } from './event-tree.ts';
import { signNote, verifierKey } from './note.ts';
import { leafHash } from './proof.ts';
import { tickLeafHash } from './tick-leaf.ts';

const ledger = sampleLedger();
const key = ledger.verifierKey;
const proof = sampleProof(ledger, 4, 0, 'participant');

test('every part of every event proves what its reader may read', () => {
  for (const { tick, at, events } of ledger.ticks) {
    for (const [i, { parts }] of events.entries()) {
      for (const { audience, body } of parts) {
        // As it arrives: through JSON.
        const sent: unknown = JSON.parse(JSON.stringify(sampleProof(ledger, tick, i, audience)));
        const { root, ...proven } = verifyEventProof(sha256, sent, key);
        const leaf = eventLeafHash(eventEntry(parts)).toString('hex');
        const note = ledger.checkpoint;
        assert.deepEqual(proven, { body, leaf, tick, at, note, size: ledger.ticks.length });
        assert.ok(ledger.checkpoint.includes(Buffer.from(root).toString('base64')));
      }
    }
  }
});

test('members that nobody knows are ignored', () => {
  verifyEventProof(sha256, { ...proof, later: true }, key);
});

const flipped = (hex: string) => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
const other = sampleProof(ledger, 4, 1, 'issuer');
const another = sampleProof(ledger, 2, 0, 'participant');
const part = (changed: Partial<EventProof['part']>) => ({ part: { ...proof.part, ...changed } });
const tick = (changed: Partial<EventProof['tick']>) => ({ tick: { ...proof.tick, ...changed } });

/** Each thing that a proof says, said wrongly: which check must find it, and what it must say. */
const corruptions: [string, Record<string, unknown>, RegExp][] = [
  [
    'the body',
    part({ body: '{}' }),
    /^part in event: part: expected commitment \w{64}, found \w{64}$/,
  ],
  [
    'the salt',
    part({ salt: flipped(proof.part.salt) }),
    /^part in event: part: expected commitment/,
  ],
  ['the audience', part({ audience: 'issuer' }), /^part in event: part: expected commitment/],
  ['the entry', { entry: another.entry }, /^event in tick: root: expected \w{64}, found \w{64}/],
  ['the position', { position: proof.position ^ 1 }, /^event in tick: root: expected/],
  ['the path', { path: [flipped(proof.path[0] ?? ''), ...proof.path.slice(1)] }, /^event in tick/],
  ['a path too short', { path: proof.path.slice(1) }, /^event in tick: proof: expected 20 hashes/],
  ['the path of another', { path: other.path }, /^event in tick: root: expected/],
  ['the tick root', tick({ root: flipped(proof.tick.root) }), /^tick in log: root: expected/],
  ['the tick time', tick({ at: proof.tick.at - 1 }), /^tick in log: root: expected/],
  [
    'the tick number',
    tick({ tick: 3 }),
    /^tick in log: tick.tick: expected 4, its index in the log, fo/,
  ],
  [
    'the index',
    { logIndex: 5 },
    /^tick in log: tick.tick: expected 5, its index in the log, found 4/,
  ],
  ['both', { logIndex: 5, ...tick({ tick: 5 }) }, /^tick in log: root: expected/],
  [
    'an index outside',
    { logIndex: 9, ...tick({ tick: 9 }) },
    /^tick in log: index: expected a leaf of/,
  ],
  [
    'no log proof',
    { logProof: [] },
    /^tick in log: proof: expected 3 hashes for these sizes, found 0/,
  ],
  ['the log proof of another', { logProof: another.logProof }, /^tick in log: root: expected/],
  [
    'a checkpoint cut off',
    { checkpoint: proof.checkpoint.slice(0, -1) },
    /^checkpoint: note: expected/,
  ],
  [
    'its size',
    { checkpoint: proof.checkpoint.replace('\n7\n', '\n8\n') },
    /^checkpoint: note: .* not ver/,
  ],
  ['no entry', { entry: undefined }, /^form: entry: expected a string, found undefined$/],
  ['no part', { part: null }, /^form: part: expected an object, found null$/],
  [
    'an unknown audience',
    { part: { ...proof.part, audience: 'all' } },
    /^form: part.audience: expected/,
  ],
  ['a lone surrogate', part({ body: '\ud800' }), /^form: part.body: expected well-formed Unicode/],
  [
    'hex in capitals',
    tick({ root: proof.tick.root.toUpperCase() }),
    /^form: tick.root: expected 64 lower/,
  ],
  ['a negative time', tick({ at: -1 }), /^form: tick.at: expected an integer/],
  ['a path that is none', { path: 'none' }, /^form: path: expected an array, found "none"/],
  [
    '21 hashes',
    { path: [...proof.path, ...proof.logProof] },
    /^form: path: expected at most 20 items/,
  ],
  ['an index beyond 2^53', { logIndex: 2 ** 53 }, /^form: logIndex: expected an integer/],
];

suite('a proof with one thing wrong is refused', () => {
  for (const [what, changed, message] of corruptions) {
    test(what, () => {
      const sent = { ...proof, ...changed };
      assert.throws(() => verifyEventProof(sha256, sent, key), { code: 'PROOF_INVALID', message });
    });
  }

  test('no proof at all', () => {
    assert.throws(() => verifyEventProof(sha256, null, key), {
      code: 'PROOF_INVALID',
      message: 'form: proof: expected an object, found null',
    });
  });

  test('a part that the entry does not have', () => {
    const sent = { ...other, part: { ...other.part, audience: 'participant' } };
    assert.throws(() => verifyEventProof(sha256, sent, key), {
      code: 'PROOF_INVALID',
      message:
        /^part in event: part.audience: expected an audience of the entry, found participant$/,
    });
  });

  test('the proof of another log, whole and well signed', () => {
    const stranger = signer(Buffer.alloc(32, 9));
    const [, size = '', root = ''] = proof.checkpoint.split('\n');
    const name = 'stranger.example';
    const checkpoint = signNote(`${name}\n${size}\n${root}\n`, { name, ...stranger });
    const sent = { ...proof, checkpoint };
    verifyEventProof(sha256, sent, verifierKey(name, stranger.publicKey));
    assert.throws(() => verifyEventProof(sha256, sent, key), {
      code: 'PROOF_INVALID',
      message:
        /^checkpoint: note: expected a signature by log.example\/sample, found 1 by other keys$/,
    });
  });
});

test('an entry in the tree that is not of our form is refused', () => {
  const issuer: Part = { audience: 'issuer', body: '{}', salt: Buffer.alloc(32) };
  const entry = eventEntry([issuer]).replace('"v":1', '"v":2');
  // A tree and log of the forger's own, over that very entry.
  const forger = { name: 'forger.example', ...signer(Buffer.alloc(32, 8)) };
  const position = 3;
  const hash = leafHash(sha256, Buffer.from(entry));
  const tree = buildEventTree([{ position, hash }], Buffer.alloc(32));
  const forgedTick = { tick: 0, at: 0, root: tree.root };
  const root = tickLeafHash(forgedTick);
  const forged = encodeEventProof({
    entry,
    part: issuer,
    position,
    path: tree.path(position),
    tick: forgedTick,
    logIndex: 0,
    logProof: [],
    checkpoint: signNote(formatCheckpoint({ origin: forger.name, size: 1, root }), forger),
  });
  const forgerKey = verifierKey(forger.name, forger.publicKey);
  assert.throws(() => verifyEventProof(sha256, forged, forgerKey), {
    code: 'PROOF_INVALID',
    message: /^part in event: entry: expected canonical JSON of version 1/,
  });
});

test('a malformed key is the caller’s mistake, a failing hash nobody’s proof', () => {
  assert.throws(() => verifyEventProof(sha256, proof, 'no key'), { code: 'KEY_INVALID' });
  const failure = new Error('hardware');
  const broken = () => {
    throw failure;
  };
  assert.throws(() => verifyEventProof(broken, proof, key), failure);
});
