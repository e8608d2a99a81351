/**
 * Every small mistake in the default pack is noticed: by the table written by hand, or by the check
 * that refuses the pack. What neither notices must be no mistake: proven to decide the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import type { ReleaseFacts } from '../../src/domain/decision.ts';
import { TocsinError } from '../../src/domain/errors.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { resolveSchedule } from '../../src/domain/schedule.ts';
import { validateCedar } from '../../src/policy/cedar.ts';
import { compilePolicy, decideRelease, type Policy } from '../../src/policy/decide.ts';
import { buildEngine } from '../../src/policy/engine.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { type Rule, readRule } from '../../src/policy/rule.ts';
import { counts } from '../counts.ts';
import { decidesTheSame } from '../support/equivalent.ts';
import {
  type Asking,
  AXIS,
  agrees,
  type Expected,
  expectedFor,
  expectedForPublic,
  participants,
  requests,
  SCHEDULE,
} from '../support/mapp-oracle.ts';
import { mutantsOf, tableMutants } from '../support/mutants.ts';
import { packFiles, sha256 } from '../support/packs.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

const files = packFiles('mapp');
const pack = parsePack(files);
const policy = compilePolicy(pack, sha256);
const random = seeded(1_980);

/** In no order, so that few participants show most mistakes. */
const asking: readonly Asking[] = shuffled([...participants()], random);

type Case = { readonly facts: ReleaseFacts; readonly now: Instant; readonly expected: Expected };

/** What showed a mistake before shows the next one, too, more often than not. */
const shown: Case[] = [];

test('every mutant of a rule is killed, refused, or proven to decide the same', (t) => {
  const mutants = pack.rules.flatMap((rule) =>
    mutantsOf(rule.json).map(({ name, json }) => ({ name: `${rule.id}: ${name}`, rule, json })),
  );
  const found = { killed: 0, refused: 0, equivalent: [] as string[] };
  const survived: string[] = [];
  for (const { name, rule, json } of slice(mutants)) {
    const mutant = isRefused(rule, json) ? null : compiled(rule, json);
    if (mutant === null) found.refused += 1;
    else if (isKilled(mutant.policy)) found.killed += 1;
    else if (decidesTheSame(pack, rule, mutant.rule)) found.equivalent.push(name);
    else survived.push(name);
  }
  assert.deepEqual(survived, []);
  const { killed, refused, equivalent } = found;
  t.diagnostic(`${mutants.length} mutants of rules: ${killed} killed, ${refused} refused`);
  t.diagnostic(`${equivalent.length} proven equivalent: ${equivalent.join('; ')}`);
  assert.ok(killed > 10 * equivalent.length, `${killed} killed, ${equivalent.length} equivalent`);
});

test('every mutant of the table is killed, refused, or proven to decide the same', (t) => {
  const mutants = tableMutants(files.get('programme.yaml') ?? '');
  const found = { killed: 0, refused: 0, equivalent: [] as string[] };
  const survived: string[] = [];
  for (const { name, table } of slice(mutants)) {
    const mutant = orNull(() => {
      const other = parsePack(new Map(files).set('programme.yaml', table));
      return { other, policy: compilePolicy(other, sha256) };
    });
    if (mutant === null) found.refused += 1;
    else if (isKilled(mutant.policy)) found.killed += 1;
    else if (tableDecidesTheSame(mutant.other.rules)) found.equivalent.push(name);
    else survived.push(name);
  }
  assert.deepEqual(survived, []);
  const { killed, refused, equivalent } = found;
  t.diagnostic(`${mutants.length} mutants of the table: ${killed} killed, ${refused} refused`);
  t.diagnostic(`${equivalent.length} proven equivalent: ${equivalent.join('; ')}`);
  assert.ok(killed > 10 * equivalent.length, `${killed} killed, ${equivalent.length} equivalent`);
});

/** Where a table makes one rule other than it was: whether the pack decides the same with it. */
function tableDecidesTheSame(rules: readonly Rule[]): boolean {
  const changed = rules.filter(
    ({ json }, i) => JSON.stringify(json) !== JSON.stringify(pack.rules[i]?.json),
  );
  const [other, ...more] = changed;
  const rule = pack.rules.find(({ id }) => id === other?.id);
  if (rules.length !== pack.rules.length || more.length > 0) return false;
  return rule !== undefined && other !== undefined && decidesTheSame(pack, rule, other);
}

test('neither the table written by hand nor the check finds fault with the pack as it is', () => {
  // All of it is gone through in mapp-table.test.ts; here, what would call every mutant killed.
  assert.equal(difference(policy, asking.slice(0, 100)), null);
  for (const rule of pack.rules) assert.ok(!isRefused(rule, rule.json), rule.id);
});

/** All of them in the long run; else some, never the same twice. */
function slice<T>(mutants: readonly T[]): readonly T[] {
  return shuffled(mutants, random).slice(0, counts.mutants);
}

function shuffled<T>(values: readonly T[], seed: Seeded): T[] {
  const keyed = values.map((value) => ({ value, key: seed.below(2 ** 30) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

/** Null where the annotations or a construct are refused. */
function compiled(rule: Rule, json: PolicyJson): { rule: Rule; policy: Policy } | null {
  return orNull(() => {
    const changed = readRule({ place: rule.place, text: rule.text, json });
    const rules = pack.rules.map((each) => (each === rule ? changed : each));
    const engine = buildEngine(rules, pack.vocabulary);
    return { rule: changed, policy: { ...policy, rules, engine } };
  });
}

/** Whether Cedar's validator refuses it. */
function isRefused({ place }: Rule, json: PolicyJson): boolean {
  const answer = policyToText(json);
  assert.equal(answer.type, 'success');
  const text = answer.type === 'success' ? answer.text : '';
  const validated = orNull(() => {
    validateCedar(policy.schema, place.file, text);
    return true;
  });
  return validated === null;
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'POLICY_INVALID') return null;
    throw error;
  }
}

function isKilled(mutant: Policy): boolean {
  const { leads } = mutant;
  const { opensAt } = resolveSchedule(SCHEDULE.disclosureAt, leads);
  // A lead that a single cell brought is no wave of the table written by hand.
  const waves = Object.entries(SCHEDULE.opensAt).every(([tier, at]) => opensAt[tier] === at);
  if (!waves) return true;
  const found = difference(mutant);
  if (found !== null) shown.unshift(found);
  return found !== null;
}

function difference(mutant: Policy, among: readonly Asking[] = asking): Case | null {
  const schedule = resolveSchedule(SCHEDULE.disclosureAt, mutant.leads);
  const differs = ({ facts, now, expected }: Case) =>
    !agrees(decideRelease(mutant, { ...facts, schedule }, now), expected);
  const before = shown.find(differs);
  if (before !== undefined) return before;
  for (const each of cases(among)) if (differs(each)) return each;
  return null;
}

function* cases(among: readonly Asking[]): Generator<Case> {
  for (const facts of requests({ kind: 'public' })) {
    for (const [now, stage] of AXIS) {
      yield { facts, now, expected: expectedForPublic(facts, stage) };
    }
  }
  for (const { principal, meaning } of among) {
    for (const facts of requests(principal)) {
      for (const [now, stage] of AXIS) {
        yield { facts, now, expected: expectedFor(facts, meaning, stage) };
      }
    }
  }
}
