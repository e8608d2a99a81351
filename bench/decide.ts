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
import { randomCase } from '../tests/conformance/random-facts.ts';
import { seeded } from '../tests/support/seeded.ts';
import { handWritten } from './decide-by-hand.ts';

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
const requests = inputs.slice(0, PEER_CALLS * ROUNDS).map(({ facts, now, action }) => {
  const { vocabulary, codes } = policy.engine;
  const row = new Float64Array(vocabulary.slots);
  return cedarRequest(vocabulary, row, fillRow(row, vocabulary, codes, facts, now), action);
});
const byHand = handWritten(policy);

/** Consumed results, so that no evaluation can be optimised away. */
let reasons = 0;

function runOurs(): number {
  const started = performance.now();
  for (let pass = 0; pass < FAST_PASSES; pass++) {
    for (const { facts, now, action } of inputs) {
      reasons += decide(policy, facts, action, now).reasons.length;
    }
  }
  return rate(FAST_PASSES * INPUTS, started);
}

function runByHand(): number {
  const started = performance.now();
  for (let pass = 0; pass < FAST_PASSES; pass++) {
    for (const { facts, now, action } of inputs) {
      reasons += byHand(facts, action, now).reasons.length;
    }
  }
  return rate(FAST_PASSES * INPUTS, started);
}

function runCedar(round: number): number {
  const started = performance.now();
  for (const request of requests.slice(round * PEER_CALLS, (round + 1) * PEER_CALLS)) {
    reasons += cedar(request).policies.length;
  }
  return rate(PEER_CALLS, started);
}

function rate(count: number, started: number): number {
  return (count / (performance.now() - started)) * 1_000;
}

/** Before anything is timed: all three give the same answers. */
function checkAgreement(): void {
  for (const [i, { facts, now, action }] of inputs.entries()) {
    const ours = JSON.stringify(decide(policy, facts, action, now));
    const theirs = JSON.stringify(byHand(facts, action, now));
    if (ours !== theirs) throw new Error(`input ${i}: expected ${theirs}, found ${ours}`);
  }
  for (const [i, request] of requests.slice(0, PEER_CALLS).entries()) {
    const input = inputs[i];
    if (input === undefined) return;
    const { allowed } = decide(policy, input.facts, input.action, input.now);
    if (allowed !== cedar(request).allowed) throw new Error(`input ${i}: cedar-wasm disagrees`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(name: string, ours: readonly number[], peer: readonly number[]): void {
  const [a, b] = [median(ours), median(peer)];
  const ratio = median(ours.map((value, i) => value / (peer[i] ?? Number.NaN)));
  if (process.argv.includes('--json')) {
    const line = { bench: 'decide', case: name, ours: Math.round(a), peer: Math.round(b) };
    console.log(
      JSON.stringify({ ...line, ratio: Number(ratio.toPrecision(4)), unit: 'decisions/s' }),
    );
  } else {
    const [left, right] = [a, b].map((value) => Math.round(value).toLocaleString('en'));
    console.log(`decide ${name}: ${left}/s against ${right}/s, ratio ${ratio.toPrecision(3)}`);
  }
}

checkAgreement();
runOurs();
runByHand();
const rounds = Array.from({ length: ROUNDS }, (_, round) => ({
  ours: runOurs(),
  cedar: runCedar(round),
  again: runOurs(),
  byHand: runByHand(),
}));
report(
  'cedar-wasm',
  rounds.map((round) => round.ours),
  rounds.map((round) => round.cedar),
);
report(
  'limit:hand-written',
  rounds.map((round) => round.again),
  rounds.map((round) => round.byHand),
);
if (!(reasons > 0)) throw new Error('nothing was decided');
