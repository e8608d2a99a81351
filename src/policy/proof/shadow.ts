import { ACTIONS } from '../../domain/decision.ts';
import type { Finding } from '../finding.ts';
import type { Policy } from '../policy.ts';
import type { Rule } from '../rule.ts';
import { bitsOf, isExplained, OTHER, OWN, outcomeOf } from './said.ts';
import { TooMany } from './solve.ts';
import { budget, type Question, sayingsIn, type World } from './world.ts';

/**
 * Names a rule without which every decision would come out the same, wherever the waves stand, and
 * with which rules it shares that. A rule earns its place by an outcome, or by being the only one
 * to say why something is refused. One that says of itself that it is `@redundant` is believed.
 */
export function shadowOf(world: World, policy: Policy, rule: Rule): Finding[] {
  try {
    return examine(world, policy, rule);
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    const problem = 'may be shadowed: it reads too much, with others, to tell';
    return [finding('warning', 'TOO_MANY_CLASSES', rule, problem, [])];
  }
}

function examine(world: World, policy: Policy, rule: Rule): Finding[] {
  const role = roleOf(world, policy.rules, rule);
  if (role === 'needed' || (role === 'shadowed' && rule.redundant !== null)) return [];
  if (role === 'never') {
    const problem = 'never applies: no facts that can be lead to it';
    return [finding('error', 'RULE_NEVER_APPLIES', rule, problem, [])];
  }
  const shadows = shadowsOn(world, policy.rules, rule);
  const by = shadows.length === 0 ? 'decides nothing' : `is shadowed by ${shadows.join(' and ')}`;
  const problem = `${by}: without it every decision is the same`;
  return [finding('warning', 'RULE_SHADOWED', rule, problem, shadows)];
}

/** What a rule is to decisions that these rules make. */
function roleOf(world: World, rules: readonly Rule[], rule: Rule): 'needed' | 'shadowed' | 'never' {
  const ids = new Set(rules.map(({ id }) => id));
  const question = questionAbout(rule, (other, action) =>
    ids.has(other.id) ? bitsOf(other, action) : null,
  );
  let applies = false;
  for (const said of everythingSaid(world, question)) {
    applies = true;
    const own = ACTIONS.filter((action) => (said & OWN[action]) !== 0);
    const whole = own.reduce((bits, action) => bits | bitsOf(rule, action).applies, said);
    if (outcomeOf(whole) !== outcomeOf(said)) return 'needed';
    if (own.includes('release') && !isExplained(said, 'release')) return 'needed';
  }
  return applies ? 'shadowed' : 'never';
}

function questionAbout({ id }: Rule, others: Question['voice']): Question {
  return {
    about: id,
    standing: 'anywhere',
    settled: 0,
    voice: (rule, action) =>
      rule.id === id ? { applies: OWN[action], fails: 0 } : others(rule, action),
  };
}

function* everythingSaid(world: World, question: Question): Generator<number> {
  const left = budget();
  for (const setting of world.settings) {
    for (const { sayings } of sayingsIn(world, setting, question, left)) yield* sayings.keys();
  }
}

/**
 * The ids of rules that decide wherever the rule would: one that always does, or else some of which
 * none can be spared. Hand-written ones are named before those of the table.
 */
function shadowsOn(world: World, rules: readonly Rule[], rule: Rule): string[] {
  const beside = rules.filter((other) => mayShadow(rule, other));
  const meetings = beside.map((other) => ({ other, meets: meeting(world, rule, other) }));
  const always = meetings.find(({ meets }) => meets === 'always');
  if (always !== undefined) return [always.other.id];
  let needed = meetings.filter(({ meets }) => meets === 'sometimes').map(({ other }) => other);
  const others = rules.filter((each) => !beside.includes(each) && each !== rule);
  for (const spared of [...needed].reverse()) {
    const without = needed.filter((each) => each !== spared);
    if (roleOf(world, [...others, ...without], rule) === 'shadowed') needed = without;
  }
  return needed.map(({ id }) => id);
}

/** What asks a person does not stand in for what refuses, nor a permit for a forbid. */
function mayShadow(rule: Rule, other: Rule): boolean {
  if (other.id === rule.id || (other.hold && !rule.hold)) return false;
  return rule.effect === 'permit' || other.effect === 'forbid';
}

function meeting(world: World, rule: Rule, other: Rule): 'always' | 'sometimes' | 'never' {
  const question = questionAbout(rule, ({ id }, action) =>
    id === other.id ? { applies: OTHER[action], fails: 0 } : null,
  );
  let [met, missed] = [false, false];
  for (const said of everythingSaid(world, question)) {
    for (const action of ACTIONS.filter((each) => (said & OWN[each]) !== 0)) {
      if ((said & OTHER[action]) === 0) missed = true;
      else met = true;
    }
  }
  return met ? (missed ? 'sometimes' : 'always') : 'never';
}

function finding(
  level: Finding['level'],
  code: Finding['code'],
  { id, place }: Rule,
  problem: string,
  others: readonly string[],
): Finding {
  const where = place.line === null ? place.file : `${place.file}:${place.line}`;
  const message = `${where}: ${id} ${problem}`;
  return { level, code, message, example: null, rules: [id, ...others] };
}
