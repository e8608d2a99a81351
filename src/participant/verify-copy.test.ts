import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  CONTENT,
  newSecrets,
  PaperIssuer,
  problem,
  START,
  type Terms,
  TICK_MS,
} from '../../tests/support/paper-issuer.ts';
import { joinedReader, type PaperReader } from '../../tests/support/paper-reader.ts';
import { generateIdentity } from '../crypto/age/keys.ts';
import { newId } from '../crypto/random.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { EventProof } from '../ledger/event-proof.ts';
import { verifyPromise } from '../ledger/promise.ts';
import { parseVerifierKey } from '../ledger/verifier-key.ts';
import { CHECKS, type CheckName } from './checklist.ts';
import { openCopy } from './open-copy.ts';
import { type Verification, verifyCopy } from './verify-copy.ts';

const BY = START + 2 * TICK_MS;
const AFTER = BY + 1;

let issuer: PaperIssuer;
let reader: PaperReader;
beforeEach(async () => {
  issuer = new PaperIssuer();
  reader = await joinedReader(issuer);
});

const verify = (file: Uint8Array, now = AFTER): Promise<Verification> =>
  verifyCopy(reader.session, file, now);

/** The checks of a copy that is of no rules, as all here are. */
const MADE: readonly CheckName[] = CHECKS.filter((name) => name !== 'rules');

/** That all checks before `name` passed and `name` failed, with this code. */
function assertRefused(found: Verification, name: CheckName, code: ErrorCode): void {
  assert.equal(found.state, 'refused');
  assert.equal(found.state === 'refused' && found.error.code, code);
  assertFailedAt(found, name);
}

function assertFailedAt({ checks }: Verification, name: CheckName): void {
  assert.deepEqual(
    checks.map((check) => check.name),
    CHECKS.slice(0, CHECKS.indexOf(name) + 1).filter(
      (each) => each === name || MADE.includes(each),
    ),
  );
  assert.deepEqual(
    checks.filter(({ passed }) => !passed).map((check) => check.name),
    [name],
  );
}

/** What the server says when it is asked for a proof. */
function insteadOfProof(answer: () => Response): void {
  issuer.instead = (path) =>
    path.startsWith('/v1/log/proofs/') ? Promise.resolve(answer()) : null;
}

async function evidence(folder: string, name: string): Promise<Buffer> {
  const kept = await reader.session.home.read(`${folder.replace('home/', '')}/${name}`);
  assert.ok(kept, `${folder}/${name} is kept`);
  return kept;
}

test('a copy whose delivery is in the ledger is verified, by every check', async () => {
  const file = issuer.deliver(reader.enrolled);
  issuer.tick(START + TICK_MS);
  const found = await verify(file);
  assert.equal(found.state, 'verified');
  assert.deepEqual(
    found.checks.map(({ name, passed }) => [name, passed]),
    MADE.map((name) => [name, true]),
  );
  assert.deepEqual(found.state === 'verified' && [found.tick, found.at], [0, START + TICK_MS]);
});

test('before the promised time nothing is asked and nothing is wrong', async () => {
  const file = issuer.deliver(reader.enrolled);
  const asked = issuer.asked.length;
  const found = await verify(file, BY);
  assert.equal(found.state, 'pending');
  assert.equal(found.state === 'pending' && found.until, BY);
  assert.equal(issuer.asked.length, asked);
});

describe('a copy is refused without network when', () => {
  const cases: [what: string, CheckName, ErrorCode, () => Partial<Terms>][] = [
    [
      'it was sealed to another key',
      'seal',
      'SEAL_NO_MATCH',
      () => ({ sealTo: generateIdentity().recipient }),
    ],
    [
      'another key signed the manifest',
      'issuer',
      'SIGNATURE_INVALID',
      () => ({ signManifest: newSecrets().manifest }),
    ],
    [
      'it names another reader',
      'recipient',
      'KEY_WRONG',
      () => ({ manifest: { reader: newId() } }),
    ],
    [
      'it names another participant',
      'recipient',
      'KEY_WRONG',
      () => ({ manifest: { participant: newId() } }),
    ],
    [
      'it names another key',
      'recipient',
      'KEY_WRONG',
      () => ({ manifest: { keyFingerprint: 'ab'.repeat(32) } }),
    ],
    [
      'its content is not what the manifest names',
      'content',
      'SEAL_TAMPERED',
      () => ({ delivered: Buffer.from('something else') }),
    ],
    [
      'it is not of the rules that the manifest speaks of',
      'rules',
      'SEAL_TAMPERED',
      () => ({ manifest: { format: 'yara' as const, contentDigest: 'ab'.repeat(32) } }),
    ],
    [
      'another key signed the promise',
      'promise',
      'SIGNATURE_INVALID',
      () => ({ signPromise: newSecrets().log }),
    ],
    [
      'the manifest key signed the promise',
      'promise',
      'SIGNATURE_INVALID',
      () => ({ signPromise: issuer.secrets.manifest }),
    ],
  ];
  for (const [what, name, code, change] of cases) {
    test(what, async () => {
      const file = issuer.deliver(reader.enrolled, START, change());
      issuer.tick(START + TICK_MS);
      const asked = issuer.asked.length;
      assertRefused(await verify(file), name, code);
      await assert.rejects(openCopy(reader.session, file), { code });
      assert.equal(issuer.asked.length, asked);
    });
  }

  test('a bit of it was changed, wherever', async () => {
    const file = issuer.deliver(reader.enrolled);
    for (let at = 0; at < file.length; at += 97) {
      const altered = Buffer.from(file);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const found = await verify(altered);
      assert.equal(found.state, 'refused', `byte ${at}`);
      assert.equal(found.checks.at(-1)?.name, 'seal');
    }
  });

  test('it was cut short', async () => {
    const file = issuer.deliver(reader.enrolled);
    assertRefused(await verify(file.subarray(0, -1)), 'seal', 'SEAL_TAMPERED');
    assertRefused(await verify(Buffer.alloc(0)), 'seal', 'SEAL_MALFORMED');
  });
});

test("another reader's copy does not open", async () => {
  const other = await joinedReader(issuer);
  assertRefused(await verify(issuer.deliver(other.enrolled)), 'seal', 'SEAL_NO_MATCH');
});

describe('the promise is broken', () => {
  test('when there is no proof after its time: promise and copy are kept', async () => {
    const file = issuer.deliver(reader.enrolled);
    issuer.tick(START + TICK_MS, { without: true });
    const found = await verify(file);
    assert.equal(found.state, 'broken');
    if (found.state !== 'broken') return;
    assertFailedAt(found, 'proof');
    assert.equal(found.error.code, 'PROMISE_BROKEN');
    assert.deepEqual(await evidence(found.evidence, 'copy.age'), file);
    const { promise, logVerifierKey } = JSON.parse(
      (await evidence(found.evidence, 'promise.json')).toString(),
    ) as { promise: typeof found.manifest.promise; logVerifierKey: string };
    verifyPromise(parseVerifierKey(logVerifierKey).publicKey, promise);
    assert.equal(promise.leaf, found.manifest.promise.leaf);
    const answer = await evidence(found.evidence, 'answer-2025-06-24T09-02-00.001Z.json');
    assert.match(answer.toString(), /"status": 409/);
  });

  test('when the server says it knows of no such event', async () => {
    const file = issuer.deliver(reader.enrolled);
    issuer.tick(START + TICK_MS);
    insteadOfProof(() => problem(404, 'unknown'));
    assert.equal((await verify(file)).state, 'broken');
  });

  test('when the tick came too late, and the late proof is kept', async () => {
    const file = issuer.deliver(reader.enrolled);
    issuer.tick(BY + 1);
    const found = await verify(file);
    assert.equal(found.state, 'broken');
    if (found.state !== 'broken') return;
    const answer = await evidence(found.evidence, 'answer-2025-06-24T09-02-00.001Z.json');
    const { answer: body } = JSON.parse(answer.toString()) as { answer: string };
    assert.equal((JSON.parse(body) as { tick: { at: number } }).tick.at, BY + 1);
  });

  test('and says both clocks, since this one may be wrong', async () => {
    const file = issuer.deliver(reader.enrolled);
    const date = 'Tue, 24 Jun 2025 09:00:30 GMT';
    insteadOfProof(() => new Response('{}', { status: 409, headers: { date } }));
    const found = await verify(file);
    assert.match(
      found.state === 'broken' ? found.error.message : '',
      /2025-06-24T09:02:00.001Z by this machine's clock, 2025-06-24T09:00:30Z by the server's/,
    );
  });
});

describe('what the ledger shows is refused, and kept, when', () => {
  const cases: [what: string, (proof: EventProof, other: EventProof) => unknown][] = [
    ['it is the proof of another event', (_, other) => other],
    ['it has no members', () => ({})],
    ['it is a list', (proof) => [proof]],
    [
      'the body of the part was changed',
      (proof) => {
        const body = proof.part.body.replace('"assurance":"sealed"', '"assurance":"opened"');
        return { ...proof, part: { ...proof.part, body } };
      },
    ],
    ['the entry is of another event', (proof, { entry }) => ({ ...proof, entry })],
    ['the event is at another position', (proof) => ({ ...proof, position: proof.position ^ 1 })],
    [
      'the tick has another time',
      (proof) => ({ ...proof, tick: { ...proof.tick, at: proof.tick.at - 1 } }),
    ],
    ['the path is cut', (proof) => ({ ...proof, path: proof.path.slice(1) })],
    [
      'another key signed the checkpoint',
      (proof) => {
        const forger = new PaperIssuer();
        forger.tick(START);
        return { ...proof, checkpoint: forger.checkpoint() };
      },
    ],
  ];
  for (const [what, change] of cases) {
    test(what, async () => {
      const file = issuer.deliver(reader.enrolled);
      const neighbour = issuer.deliver(reader.enrolled);
      issuer.tick(START + TICK_MS);
      const sent = JSON.stringify(change(await proofOf(file), await proofOf(neighbour)));
      insteadOfProof(() => new Response(sent));
      const found = await verify(file);
      assertRefused(found, 'proof', 'PROOF_INVALID');
      const folder = found.state === 'refused' ? found.evidence : null;
      assert.deepEqual(await evidence(folder ?? '', 'copy.age'), file);
    });
  }

  test('it is not JSON', async () => {
    const file = issuer.deliver(reader.enrolled);
    insteadOfProof(() => new Response('<html>'));
    assertRefused(await verify(file), 'proof', 'PROOF_INVALID');
  });

  async function proofOf(file: Buffer): Promise<EventProof> {
    const { manifest } = await openCopy(reader.session, file);
    const proof = issuer.proof(manifest.promise.leaf);
    assert.ok(proof);
    return proof;
  }

  for (const [field, value] of [
    ['delivery', newId()],
    ['alert', newId()],
    ['artifact', newId()],
    ['version', 2],
    ['participant', newId()],
    ['reader', newId()],
    ['fingerprint', 'cd'.repeat(32)],
    ['content', 'ef'.repeat(32)],
  ] as const) {
    test(`the event has another ${field} than the manifest`, async () => {
      const event = { [field]: value };
      const file = issuer.deliver(reader.enrolled, START, { event });
      issuer.tick(START + TICK_MS);
      assertRefused(await verify(file), 'event', 'LEDGER_TAMPERED');
    });
  }

  test('the tick was back-dated before the delivery that it holds', async () => {
    const file = issuer.deliver(reader.enrolled);
    issuer.tick(START - 1);
    assertRefused(await verify(file), 'event', 'LEDGER_TAMPERED');
  });

  test('the event happened at another time than the copy was issued', async () => {
    const file = issuer.deliver(reader.enrolled, START, { happened: START - 1 });
    issuer.tick(START + TICK_MS);
    assertRefused(await verify(file), 'event', 'LEDGER_TAMPERED');
  });

  test('the log went back', async () => {
    issuer.tick(START - TICK_MS);
    const first = issuer.deliver(reader.enrolled);
    issuer.tick(START + TICK_MS);
    assert.equal((await verify(first)).state, 'verified');

    const restored = issuer.sibling();
    const second = restored.deliver(reader.enrolled);
    restored.tick(START + TICK_MS);
    issuer.instead = restored.answerInstead;
    assertRefused(await verify(second), 'log', 'LEDGER_ROLLBACK');
  });

  test('the log tells another history', async () => {
    const first = issuer.deliver(reader.enrolled);
    issuer.tick(START + TICK_MS);
    assert.equal((await verify(first)).state, 'verified');
    const kept = await reader.session.home.read('checkpoint.txt');

    const fork = issuer.sibling();
    fork.tick(START);
    const second = fork.deliver(reader.enrolled);
    fork.tick(START + TICK_MS);
    issuer.instead = fork.answerInstead;
    assertRefused(await verify(second), 'log', 'LEDGER_TAMPERED');
    assert.deepEqual(await reader.session.home.read('checkpoint.txt'), kept);
    assert.deepEqual(await evidence('evidence/log-1-2', 'older.txt'), kept);
    assert.equal((await evidence('evidence/log-1-2', 'newer.txt')).toString(), fork.checkpoint());
  });
});

test('a server that cannot be asked says nothing of the copy', async () => {
  const file = issuer.deliver(reader.enrolled);
  issuer.tick(START + TICK_MS);
  for (const [answer, code] of [
    [() => Promise.reject(new TypeError('fetch failed')), 'STORE_UNAVAILABLE'],
    [() => Promise.resolve(problem(503, 'starting')), 'STORE_UNAVAILABLE'],
    [() => Promise.resolve(problem(401, 'expected a valid token')), 'UNAUTHENTICATED'],
  ] as const) {
    issuer.instead = answer;
    await assert.rejects(verify(file), { code });
  }
  issuer.instead = () => null;
  assert.equal((await verify(file)).state, 'verified');
});

test('a copy verifies again and again while the log grows', async () => {
  const files = [];
  for (let tick = 1; tick <= 9; tick++) {
    files.push(issuer.deliver(reader.enrolled, START + (tick - 1) * TICK_MS));
    issuer.tick(START + tick * TICK_MS);
    for (const file of files) {
      assert.equal((await verify(file, START + 99 * TICK_MS)).state, 'verified');
    }
  }
  const { content } = await openCopy(reader.session, files[0] ?? Buffer.alloc(0));
  assert.deepEqual(Buffer.from(content), CONTENT);
});
