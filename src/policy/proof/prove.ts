import type { Action, Outcome } from '../../domain/decision.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Finding } from '../finding.ts';
import type { Invariant } from '../invariant.ts';
import type { Policy } from '../policy.ts';
import type { Rule } from '../rule.ts';
import { SLOT } from '../vocabulary.ts';
import { bitsOf, OWN, outcomeOf, REFUSED } from './said.ts';
import { TooMany } from './solve.ts';
import { decisionOn, describe, rulesOf, type Witness, witnessOf } from './witness.ts';
import { type Bits, budget, type Question, type Standing, sayingsIn, type World } from './world.ts';

/** What each action comes to when it is allowed. */
const GIVEN: Readonly<Record<Action, Outcome>> = {
  release: 'allow',
  releaseReduced: 'allow_reduced',
};

/**
 * Proves an invariant over all classes of facts and all instants at which anything can change, or
 * finds the closest to the ordinary that contradicts it.
 */
export function proveInvariant(world: World, policy: Policy, invariant: Invariant): Finding[] {
  try {
    return invariant.rule.effect === 'forbid'
      ? proveNever(world, policy, invariant)
      : proveSometimes(world, policy, invariant);
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    const problem = 'cannot be proven: there are too many classes of facts; split what it reads';
    return [finding('TOO_MANY_CLASSES', invariant, problem, null, [])];
  }
}

/** A claim that something is never given. */
function proveNever(world: World, policy: Policy, invariant: Invariant): Finding[] {
  const planned = given(world, policy, invariant, 'planned');
  if (planned !== null) return [violation(policy, invariant, planned)];
  // Waves are moved by hand, too: what is claimed without naming a distance holds then as well.
  const distance = isAboutDistance(world, invariant);
  const moved = distance ? null : given(world, policy, invariant, 'anywhere');
  if (moved !== null) return [violation(policy, invariant, moved)];
  return spoken(world, invariant, distance ? 'planned' : 'anywhere') === null
    ? [aboutNothing(invariant)]
    : [];
}

/** A claim that something is given to somebody at some time. */
function proveSometimes(world: World, policy: Policy, invariant: Invariant): Finding[] {
  if (given(world, policy, invariant, 'planned') !== null) return [];
  const refused = spoken(world, invariant, 'planned');
  if (refused === null) return [aboutNothing(invariant)];
  const rules = rulesOf(decisionOn(policy, refused));
  const [code, problem] = invariant.presupposed
    ? (['IMPOSSIBLE_TOGETHER', `and ${rules.join(', ')} are impossible together`] as const)
    : (['INVARIANT_UNMET', 'is not met'] as const);
  const example = describe(policy, refused);
  return [finding(code, invariant, `${problem}: «${invariant.says}»`, example, rules)];
}

function aboutNothing(invariant: Invariant): Finding {
  return finding('RULE_NEVER_APPLIES', invariant, 'speaks of nothing that can be', null, []);
}

function violation(policy: Policy, invariant: Invariant, witness: Witness): Finding {
  const decision = decisionOn(policy, witness);
  // The proof's bits against the evaluator that every channel asks.
  if (!invariant.actions.some((action) => GIVEN[action] === decision.outcome)) {
    throw new TocsinError('INTERNAL', `${invariant.rule.id}: decideRelease contradicts the proof`);
  }
  const rules = rulesOf(decision);
  const problem = `is violated: «${invariant.says}»`;
  return finding('INVARIANT_VIOLATED', invariant, problem, describe(policy, witness), rules);
}

function finding(
  code: Finding['code'],
  { rule: { id, place } }: Invariant,
  problem: string,
  example: string | null,
  rules: readonly string[],
): Finding {
  const message = `${place.file}:${place.line}: ${id} ${problem}`;
  return { level: 'error', code, message, example, rules: [id, ...rules] };
}

/** The most ordinary request that the invariant speaks of and that is given, if there is one. */
function given(
  world: World,
  policy: Policy,
  invariant: Invariant,
  standing: Standing,
): Witness | null {
  const { rule: own, actions } = invariant;
  const ids = new Set(policy.rules.map(({ id }) => id));
  const question: Question = {
    about: own.id,
    standing,
    settled: actions.reduce((bits, action) => bits | REFUSED[action], 0),
    voice: (rule, action) =>
      ids.has(rule.id) ? bitsOf(rule, action) : voiceOf(invariant, rule, action),
  };
  return closest(world, question, (said) =>
    actions.some((action) => (said & OWN[action]) !== 0 && GIVEN[action] === outcomeOf(said)),
  );
}

/** The most ordinary request that the invariant speaks of, whatever the rules say to it. */
function spoken(world: World, invariant: Invariant, standing: Standing): Witness | null {
  const { id } = invariant.rule;
  const voice: Question['voice'] = (rule, action) => voiceOf(invariant, rule, action);
  return closest(world, { about: id, standing, settled: 0, voice }, () => true);
}

function voiceOf({ rule: own, actions }: Invariant, { id }: Rule, action: Action): Bits | null {
  return id === own.id && actions.includes(action) ? { applies: OWN[action], fails: 0 } : null;
}

function closest(
  world: World,
  question: Question,
  holds: (said: number) => boolean,
): Witness | null {
  let best: Witness | null = null;
  const left = budget();
  for (const setting of world.settings) {
    for (const { row, moment, sayings } of sayingsIn(world, setting, question, left)) {
      for (const [said, found] of sayings) {
        const cost = found.cost + moment.cost;
        if (cost >= (best?.cost ?? Number.POSITIVE_INFINITY) || !holds(said)) continue;
        best = witnessOf(world, setting, row, moment, found);
      }
    }
  }
  return best;
}

/** Whether a claim measures time from disclosure or between waves. */
function isAboutDistance({ vocabulary, engine }: World, { rule }: Invariant): boolean {
  const wave = (slot: number | null) =>
    slot === SLOT.disclosureAt ||
    (slot !== null &&
      slot >= vocabulary.leadSlot &&
      slot < vocabulary.leadSlot + vocabulary.leads.length);
  const steps = [...engine.tiers.flat(), ...engine.everyone].flatMap((programs) =>
    [...programs.release.steps, ...programs.releaseReduced.steps].filter(
      (step) => step.rule.id === rule.id,
    ),
  );
  return steps.some(({ notes }) =>
    notes.orders.some(
      ({ left, right }) =>
        left === null ||
        right === null ||
        (left.plus !== right.plus && (wave(left.slot) || wave(right.slot))),
    ),
  );
}
