import { ACTIONS } from '../../src/domain/decision.ts';
import type { PolicyPack } from '../../src/policy/pack.ts';
import { bitsOf, OTHER, OWN, outcomeOf } from '../../src/policy/proof/said.ts';
import { budget, type Question, sayingsIn, worldOf } from '../../src/policy/proof/world.ts';
import type { Rule } from '../../src/policy/rule.ts';

/**
 * Whether a pack decides the same with `other` in the place of one of its rules: outcome and
 * reasons, over every class of facts and every instant, wherever the waves stand. Rules with
 * several reasons are never found equivalent.
 */
export function decidesTheSame(pack: PolicyPack, rule: Rule, other: Rule): boolean {
  if (rule.reasons.join() !== other.reasons.join() || rule.reasons.length > 1) return false;
  const second: Rule = { ...other, id: `${rule.id}.mutant` };
  const world = worldOf({ ...pack, rules: [...pack.rules, second], invariants: [] });
  const voice: Question['voice'] = (each, action) => {
    if (each.id === rule.id) return { applies: OWN[action], fails: 0 };
    if (each.id === second.id) return { applies: OTHER[action], fails: 0 };
    return bitsOf(each, action);
  };
  // Where neither speaks there is no difference.
  return [rule.id, second.id].every((about) => {
    const question: Question = { about, standing: 'anywhere', settled: 0, voice };
    return world.settings.every((setting) =>
      [...sayingsIn(world, setting, question, budget())].every(({ sayings }) =>
        [...sayings.keys()].every((said) => told(said, rule, OWN) === told(said, rule, OTHER)),
      ),
    );
  });
}

/** The outcome, and for which action the rule is among the reasons told. */
function told(said: number, rule: Rule, which: typeof OWN): string {
  const applies = ACTIONS.filter((action) => (said & which[action]) !== 0);
  const whole = applies.reduce((bits, action) => bits | bitsOf(rule, action).applies, said);
  const outcome = outcomeOf(whole);
  const full = rule.effect === (outcome === 'allow' ? 'permit' : 'forbid');
  const instead = rule.effect === (outcome === 'allow_reduced' ? 'permit' : 'forbid');
  const reduced = instead && (outcome === 'allow_reduced' || outcome === 'hold');
  const reasons = applies.filter((action) => (action === 'release' ? full : reduced));
  return `${outcome} ${reasons}`;
}
