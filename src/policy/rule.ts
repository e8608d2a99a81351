import type { ActionConstraint, Clause, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { REASON_CODES, type ReasonCode } from '../domain/decision.ts';
import type { CedarPolicy } from './cedar.ts';
import { bool, entityOf, operands, type Scope } from './expression.ts';
import { type Place, refusePack } from './refuse.ts';
import type { Row } from './request.ts';
import { type BoolTerm, conjunction, known, negation, runBool } from './term.ts';

/**
 * One policy of a pack. A forbid that lists several reasons names the branches of the outermost
 * `||` of its first `when`, in order, so that one allow-list can say why it bites.
 */
export type Rule = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly hold: boolean;
  readonly reasons: readonly ReasonCode[];
  /** Why it is meant, where it decides nothing that others do not decide as well. */
  readonly redundant: string | null;
  readonly place: Place;
  readonly text: string;
  readonly json: PolicyJson;
};

/** 0: the rule does not apply; k ≥ 1: it applies for its k-th reason. Throws where Cedar errors. */
export type RuleTest = (row: Row) => number;

const ANNOTATIONS = ['id', 'reason', 'outcome', 'redundant'];
/** What the id of a policy is made of. */
export const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$/;

/** Reads the annotations. @throws POLICY_INVALID naming the line and the annotation. */
export function readRule({ place, text, json }: CedarPolicy): Rule {
  const annotations = json.annotations ?? {};
  for (const name of Object.keys(annotations)) {
    if (!ANNOTATIONS.includes(name)) {
      throw refusePack(place, `unknown annotation @${name}`, `known: @${ANNOTATIONS.join(', @')}`);
    }
  }
  const id = annotations['id'];
  if (id === undefined) throw refusePack(place, 'policy without @id', 'give it a unique @id("…")');
  if (!ID.test(id)) throw refusePack(place, `@id: expected a code word, found ${show(id)}`);
  const hold = readOutcome(place, id, json, annotations['outcome']);
  const reasons = readReasons(place, id, annotations['reason']);
  const redundant = annotations['redundant'] ?? null;
  const rule = { id, effect: json.effect, hold, reasons, redundant, place, text, json };
  checkBranches(rule);
  return rule;
}

function readOutcome(
  place: Place,
  id: string,
  json: PolicyJson,
  outcome: string | undefined,
): boolean {
  if (outcome === undefined) return false;
  if (outcome !== 'hold' || json.effect !== 'forbid') {
    throw refusePack(place, `${id}: @outcome: expected "hold" on a forbid, found ${show(outcome)}`);
  }
  return true;
}

function readReasons(place: Place, id: string, text: string | undefined): ReasonCode[] {
  if (text === undefined) {
    throw refusePack(place, `${id}: policy without @reason`, 'give it a @reason("CODE")');
  }
  return text.split(',').map((word) => {
    const code = REASON_CODES.find((each) => each === word.trim());
    if (code === undefined) {
      throw refusePack(
        place,
        `${id}: unknown reason code ${show(word.trim())}`,
        `known: ${REASON_CODES.join(', ')}`,
      );
    }
    return code;
  });
}

function checkBranches(rule: Rule): void {
  const { length } = rule.reasons;
  if (length === 1) return;
  const [first] = rule.json.conditions;
  const found = first?.kind === 'when' ? operands(first.body, '||').length : 0;
  if (rule.effect === 'permit' || found !== length) {
    throw refusePack(
      rule.place,
      `${rule.id}: ${length} reasons for ${found} branches`,
      'several reasons name the branches of the outermost || of the first when of a forbid',
    );
  }
}

/**
 * Compiles a rule for a scope; null when it can never apply there.
 * @throws POLICY_INVALID on a construct that is not taken.
 */
export function compileRule(rule: Rule, scope: Scope): RuleTest | null {
  const [first, ...rest] = rule.json.conditions;
  const head = conjunction(headTerms(rule.json, scope));
  if (head.from === 'known' && !head.value) return null;
  if (first === undefined || rule.reasons.length === 1) {
    return oneReason(conjunction(conditionTerms(rule.json.conditions, scope)));
  }
  const branches = operands(first.body, '||').map((branch) => bool(scope, branch));
  return oneOf(branches, conjunction(conditionTerms(rest, scope)));
}

function oneReason(term: BoolTerm): RuleTest | null {
  if (term.from === 'known' && !term.value) return null;
  const applies = runBool(term);
  return (row) => (applies(row) ? 1 : 0);
}

/** The first branch that holds gives the reason, if what follows the branches holds too. */
function oneOf(branches: readonly BoolTerm[], after: BoolTerm): RuleTest {
  const [tests, holds] = [branches.map(runBool), runBool(after)];
  return (row) => {
    const branch = tests.findIndex((each) => each(row));
    return branch >= 0 && holds(row) ? branch + 1 : 0;
  };
}

/** The policy's head (`principal is …, action …, resource …`) as conditions. */
function headTerms(json: PolicyJson, scope: Scope): BoolTerm[] {
  return [principalTerm(json, scope), actionTerm(json.action, scope), resourceTerm(json, scope)];
}

function principalTerm({ principal }: PolicyJson, scope: Scope): BoolTerm {
  if (principal.op === 'All') return known(true);
  if (principal.op !== 'is' || 'in' in principal) {
    throw refusePack(
      scope.place,
      `\`principal ${principal.op}\` is not among the constructs a pack may use`,
      'write `principal is Participant` or `principal is Public`',
    );
  }
  // While only constructs are checked, nothing may be folded away.
  return known(scope.principal === null || principal.entity_type === scope.principal);
}

function actionTerm(action: ActionConstraint, scope: Scope): BoolTerm {
  if (action.op === 'All') return known(true);
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return known(scope.action === null || named.some((each) => entityOf(each)?.id === scope.action));
}

function resourceTerm({ resource }: PolicyJson, scope: Scope): BoolTerm {
  if (resource.op === 'All') return known(true);
  if (resource.op === 'is' && !('in' in resource))
    return known(resource.entity_type === 'Artifact');
  throw refusePack(
    scope.place,
    `\`resource ${resource.op}\` is not among the constructs a pack may use`,
    'write `resource is Artifact`',
  );
}

function* conditionTerms(conditions: readonly Clause[], scope: Scope): Generator<BoolTerm> {
  for (const { kind, body } of conditions) {
    yield kind === 'when' ? bool(scope, body) : negation(bool(scope, body));
  }
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
