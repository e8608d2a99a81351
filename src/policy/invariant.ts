import { ACTIONS, type Action } from '../domain/decision.ts';
import type { CedarPolicy } from './cedar.ts';
import { entityOf } from './expression.ts';
import { refusePack } from './refuse.ts';
import { ID, type Rule } from './rule.ts';

/**
 * What the owner of a pack claims of it, in the same words as its rules and yet none of them. A
 * `forbid` claims that what it describes is never given; a `permit`, that at least once it is.
 */
export type Invariant = {
  /** Its condition. */
  readonly rule: Rule;
  /** The claim as a sentence. */
  readonly says: string;
  /** By what is asked: `release` is about what is given whole, `releaseReduced` reduced. */
  readonly actions: readonly Action[];
  /** Whether a section of the pack presupposes it: unmet, the two cannot be had together. */
  readonly presupposed: boolean;
};

const ANNOTATIONS = ['id', 'says', 'outcome'];
const OUTCOMES = new Map<string, readonly Action[]>([
  ['any', ACTIONS],
  ['allow', ['release']],
  ['allow_reduced', ['releaseReduced']],
]);

/** Reads one policy of `invariants.cedar`. @throws POLICY_INVALID naming line and annotation. */
export function readInvariant({ place, text, json }: CedarPolicy, presupposed = false): Invariant {
  const annotations = json.annotations ?? {};
  const { id, says, outcome = 'any' } = annotations;
  const unknown = Object.keys(annotations).find((name) => !ANNOTATIONS.includes(name));
  if (unknown !== undefined) {
    throw refusePack(place, `unknown annotation @${unknown}`, `known: @${ANNOTATIONS.join(', @')}`);
  }
  if (id === undefined || !ID.test(id)) {
    throw refusePack(place, 'invariant without @id', 'give it a unique @id("…")');
  }
  if (says === undefined || says.trim() === '') {
    throw refusePack(place, `${id}: invariant without @says`, 'say in a sentence what it claims');
  }
  const asked = OUTCOMES.get(outcome);
  if (asked === undefined) {
    const known = [...OUTCOMES.keys()].join(', ');
    throw refusePack(place, `${id}: @outcome: expected one of ${known}`);
  }
  const actions = asked.filter((action) => admits({ json }, action));
  if (actions.length === 0) {
    throw refusePack(place, `${id}: @outcome("${outcome}") does not go with its action`);
  }
  // The compiler wants a reason; nobody is ever told that of an invariant.
  const reasons = ['NO_RULE'] as const;
  const { effect } = json;
  const rule: Rule = { id, effect, hold: false, reasons, redundant: null, place, text, json };
  return { rule, says, actions, presupposed };
}

/** Whether the head of a policy admits an action. */
function admits({ json: { action } }: Pick<CedarPolicy, 'json'>, asked: Action): boolean {
  if (action.op === 'All') return true;
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return named.some((each) => entityOf(each)?.id === asked);
}
