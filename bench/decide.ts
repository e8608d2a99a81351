/**
 * How many release decisions a second: `decide` of the pack `mapp` against cedar-wasm's stateful
 * call (policies and schema parsed beforehand, requests rendered beforehand, no memo on either
 * side, deciding ids on both), and against a function written by hand for this one pack.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../src/crypto/hash.ts';
import { ACTIONS, type Action } from '../src/domain/decision.ts';
import { cedarEvaluator } from '../src/policy/cedar.ts';
import { compilePolicy, decide } from '../src/policy/decide.ts';
import { parsePack } from '../src/policy/pack.ts';
import { cedarRequest, fillRow } from '../src/policy/request.ts';
import { randomCase } from '../tests/support/random-facts.ts';
import { seeded } from '../tests/support/seeded.ts';
import { handWritten } from './decide-by-hand.ts';
import { interleave, print, round } from './harness.ts';

const ROUNDS = 7;
const INPUTS = 8_192;
const FAST_PASSES = 40;
const PEER_CALLS = 500;

const folder = join(import.meta.dirname, '../policies/mapp');
const files = readdirSync(folder).map(
  (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
);
const pack = parsePack(new Map(files));
const policy = compilePolicy(pack, (text) => sha256Hex(Buffer.from(text)));
const random = seeded(20_250_708);
const inputs = Array.from({ length: INPUTS }, (_, i) => {
  const { facts, now } = randomCase(policy, random);
  const action: Action = ACTIONS[i % ACTIONS.length] ?? 'release';
  return { facts, now, action };
});

const cedar = cedarEvaluator(
  'bench',
  policy.schema,
  new Map(pack.rules.map(({ id, json }) => [id, json])),
);
const requests = inputs.map(({ facts, now, action }) => {
  const { vocabulary, codes, row } = policy.engine;
  return cedarRequest(vocabulary, row, fillRow(row, vocabulary, codes, facts, now), action);
});
const byHand = handWritten(policy);

/** Consumed results, so that no evaluation can be optimised away. */
let reasons = 0;
let called = 0;

function runOurs(): number {
  const started = performance.now();
  for (let pass = 0; pass < FAST_PASSES; pass++) {
    for (const { facts, now, action } of inputs) {
      reasons += decide(policy, facts, action, now).reasons.length;
    }
  }
  return perSecond(FAST_PASSES * INPUTS, started);
}

function runByHand(): number {
  const started = performance.now();
  for (let pass = 0; pass < FAST_PASSES; pass++) {
    for (const { facts, now, action } of inputs) {
      reasons += byHand(facts, action, now).reasons.length;
    }
  }
  return perSecond(FAST_PASSES * INPUTS, started);
}

/** Slower by three orders: each round takes the next few requests. */
function runCedar(): number {
  const some = Array.from({ length: PEER_CALLS }, () => requests[called++ % INPUTS]);
  const started = performance.now();
  for (const request of some) {
    if (request !== undefined) reasons += cedar(request).policies.length;
  }
  return perSecond(PEER_CALLS, started);
}

function perSecond(count: number, started: number): number {
  return (count / (performance.now() - started)) * 1_000;
}

/** Before anything is timed: all three give the same answers. */
function checkAgreement(): void {
  for (const [i, { facts, now, action }] of inputs.entries()) {
    const ours = decide(policy, facts, action, now);
    const theirs = byHand(facts, action, now);
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      throw new Error(
        `input ${i}: expected ${JSON.stringify(theirs)}, found ${JSON.stringify(ours)}`,
      );
    }
    const request = requests[i];
    if (i >= PEER_CALLS || request === undefined) continue;
    if (cedar(request).allowed !== ours.allowed) throw new Error(`input ${i}: Cedar disagrees`);
  }
}

function report(name: string, { ours, peer }: { ours: number; peer: number }): void {
  const [left, right] = [Math.round(ours), Math.round(peer)];
  const ratio = round(ours / peer);
  print({ bench: 'decide', case: name, ours: left, peer: right, ratio, unit: 'decisions/s' });
}

checkAgreement();
report('cedar-wasm', await interleave(ROUNDS, runOurs, runCedar));
report('limit:hand-written', await interleave(ROUNDS, runOurs, runByHand));
if (!(reasons > 0)) throw new Error('nothing was decided');
