import type { Action } from '../../src/domain/decision.ts';
import { type CedarEvaluator, type CedarVerdict, cedarEvaluator } from '../../src/policy/cedar.ts';
import type { Policy } from '../../src/policy/decide.ts';
import { cedarRequest, type PrincipalType, type Row } from '../../src/policy/request.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  type Attribute,
  cedarSchema,
  narrowed,
  type Vocabulary,
} from '../../src/policy/vocabulary.ts';

/** What Cedar answers to a row, and how many answers that took of it. */
export type CedarByClass = {
  readonly answer: (row: Row, type: PrincipalType, action: Action) => CedarVerdict;
  readonly asked: () => { readonly rules: number; readonly whole: number };
};

type State = 'silent' | 'applies' | 'fails';

/** One rule, and what Cedar has answered to it so far. */
type Remembered = {
  readonly classOf: (row: Row, type: PrincipalType, action: Action) => number;
  readonly ask: (row: Row, type: PrincipalType, action: Action) => State;
  readonly known: Map<number, number>;
};

const STATES: readonly State[] = ['silent', 'applies', 'fails'];

/**
 * Cedar's answers to a whole pack, asked of cedar-wasm once for every class of requests. Cedar
 * evaluates each policy by itself, so that each is asked alone, with the attributes it reads; and
 * it combines what they say, so that the pack is asked once for each combination met, with the
 * whole request. What a policy reads is read off its JSON here, not taken from the compiler, so
 * that what the compiler overlooks is not overlooked twice.
 */
export function cedarByClass(name: string, policy: Policy): CedarByClass {
  const { vocabulary } = policy.engine;
  const asked = { rules: 0, whole: 0 };
  const rules = policy.rules.map((rule, i) => remember(`${name}-${i}`, rule, vocabulary));
  const whole = cedarEvaluator(
    `${name}-whole`,
    policy.schema,
    new Map(policy.rules.map(({ id, json }) => [id, json])),
  );
  const combinations = new Map<string, CedarVerdict>();
  const states = new Uint8Array(rules.length);
  const answer = (row: Row, type: PrincipalType, action: Action): CedarVerdict => {
    for (const [i, { classOf, ask, known }] of rules.entries()) {
      const key = classOf(row, type, action);
      let state = known.get(key);
      if (state === undefined) {
        asked.rules += 1;
        state = STATES.indexOf(ask(row, type, action));
        known.set(key, state);
      }
      states[i] = state;
    }
    const combination = states.join('');
    const before = combinations.get(combination);
    if (before !== undefined) return before;
    asked.whole += 1;
    const verdict = whole(cedarRequest(vocabulary, row, type, action));
    combinations.set(combination, verdict);
    return verdict;
  };
  return { answer, asked: () => asked };
}

function remember(name: string, rule: Rule, vocabulary: Vocabulary): Remembered {
  const read = attributesIn(rule.json, vocabulary);
  const own = narrowed(vocabulary, new Set(read.map(({ path }) => path)));
  const json = { ...rule.json, effect: 'permit' as const };
  const alone: CedarEvaluator = cedarEvaluator(name, cedarSchema(own), new Map([[rule.id, json]]));
  return {
    classOf: classesBy(read, rule, vocabulary),
    known: new Map(),
    ask: (row, type, action) => {
      const { policies, errors } = alone(cedarRequest(own, row, type, action));
      return errors.length > 0 ? 'fails' : policies.length > 0 ? 'applies' : 'silent';
    },
  };
}

/** Every attribute whose path stands in the JSON: `{ ".": { left, attr } }` down to a variable. */
function attributesIn(json: unknown, { attributes }: Vocabulary): Attribute[] {
  const found = new Set<Attribute>();
  const visit = (node: unknown): string | null => {
    if (typeof node !== 'object' || node === null) return null;
    if ('Var' in node) return String(node.Var);
    const access = '.' in node ? node['.'] : null;
    if (typeof access === 'object' && access !== null && 'left' in access && 'attr' in access) {
      const path = `${visit(access.left)}.${String(access.attr)}`;
      const attribute = attributes.get(path);
      if (attribute !== undefined) found.add(attribute);
      return path;
    }
    for (const each of Object.values(node)) visit(each);
    return null;
  };
  visit(json);
  return [...found];
}

/**
 * A number for each class of requests to a rule: principal type, action, every code and mask as it
 * is, and of instants and other numbers in which order they and the rule's own numbers are. A rule
 * that computes with them gets them as they are.
 */
function classesBy(
  read: readonly Attribute[],
  { json }: Rule,
  vocabulary: Vocabulary,
): Remembered['classOf'] {
  const text = JSON.stringify(json.conditions);
  const computes = /"(?:\+|-|\*|neg)":/.test(text);
  const numbers = [...text.matchAll(/"Value":(-?\d+)/g)].map(([, number]) => Number(number));
  const codes = read.filter(({ type }) => type.kind !== 'long').map(({ slot }) => slot);
  const longs = read.filter(({ type }) => type.kind === 'long').map(({ slot }) => slot);
  const exact = new Map<string, number>();
  return (row, type, action) => {
    const forPublic = type === 'Public';
    let key = (forPublic ? 1 : 0) + (action === 'release' ? 2 : 0);
    for (const slot of codes) {
      const value = row[slot] ?? Number.NaN;
      // What the public has not got is of no value to tell apart.
      key = key * (vocabulary.sizes[slot] ?? 1) + (Number.isNaN(value) ? 0 : value);
    }
    if (computes) return numbered(exact, `${key} ${longs.map((slot) => row[slot])}`);
    const values = [...longs.map((slot) => row[slot] ?? Number.NaN), ...numbers];
    for (let i = 0; i < values.length; i++) {
      for (let j = i + 1; j < values.length; j++) {
        key = key * 3 + order(values[i] ?? 0, values[j] ?? 0);
      }
    }
    if (!Number.isSafeInteger(key)) throw new RangeError('more classes than there are numbers');
    return key;
  };
}

function order(a: number, b: number): number {
  return a < b ? 0 : a > b ? 1 : 2;
}

function numbered(known: Map<string, number>, text: string): number {
  const number = known.get(text) ?? known.size;
  known.set(text, number);
  return number;
}
