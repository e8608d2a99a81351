import type { EnumName, Vocabulary } from '../../src/policy/vocabulary.ts';
import type { Seeded } from '../support/seeded.ts';

/**
 * The text of a random Cedar permit for participants that uses any construct a pack may use, well
 * typed, and with numbers so large that sums and products overflow often.
 */
export function randomRule(id: string, vocabulary: Vocabulary, random: Seeded): string {
  const rules = { vocabulary, random };
  const clauses = Array.from({ length: 1 + random.below(2) }, () => {
    const kind = random.below(2) === 0 ? 'when' : 'unless';
    return `${kind} { ${condition(rules, 4)} }`;
  });
  return (
    `@id("${id}") @reason("LEAD_OPEN") ` +
    `permit (principal is Participant, ${action(random)}, resource) ${clauses.join(' ')};`
  );
}

type Rules = { readonly vocabulary: Vocabulary; readonly random: Seeded };

function action(random: Seeded): string {
  const heads = ['action', 'action == Action::"release"', 'action in [Action::"releaseReduced"]'];
  return heads[random.below(heads.length)] ?? 'action';
}

function condition(rules: Rules, depth: number): string {
  const { random } = rules;
  const inner = () => condition(rules, depth - 1);
  const simple = [
    () => `${number(rules, depth - 1)} ${operator(random)} ${number(rules, depth - 1)}`,
    () => instantComparison(rules),
    () => enumCondition(rules, depth),
    () => setCondition(rules),
    () => `action == Action::"release"`,
    () => 'resource is Artifact',
  ];
  const nested = [
    () => `(${inner()} && ${inner()})`,
    () => `(${inner()} || ${inner()})`,
    () => `!(${inner()})`,
    () => `(if ${inner()} then ${inner()} else ${inner()})`,
    () => `(${inner()}) == (${inner()})`,
  ];
  return choose(random, depth > 0 ? [...simple, ...nested, ...nested] : simple)();
}

function operator(random: Seeded): string {
  return choose(random, ['<', '<=', '>', '>=', '==', '!=']);
}

/** `now` stands alone in a comparison with something that does not depend on it. */
function instantComparison(rules: Rules): string {
  const other = number(rules, 1);
  const compare = choose(rules.random, ['<', '<=', '>', '>=']);
  return rules.random.below(2) === 0
    ? `context.now ${compare} ${other}`
    : `${other} ${compare} context.now`;
}

function number(rules: Rules, depth: number): string {
  const { random, vocabulary } = rules;
  const inner = () => number(rules, depth - 1);
  const stored = [...vocabulary.attributes.values()]
    .filter(({ type, path }) => type.kind === 'long' && path !== 'context.now')
    .map(({ path }) => path);
  const simple = [
    () => choose(random, stored),
    () => choose(random, stored),
    () => String(random.below(1_000)),
    () => choose(random, ['0', '-1', '9007199254740991', '-9007199254740991', '4294967296']),
  ];
  const nested = [
    () => `(${inner()} + ${inner()})`,
    () => `(${inner()} - ${inner()})`,
    () => `(${inner()} * ${inner()})`,
    () => `-(${inner()})`,
  ];
  return choose(random, depth > 0 ? [...simple, ...nested] : simple)();
}

function enumCondition(rules: Rules, depth: number): string {
  const { random, vocabulary } = rules;
  const { path, name } = attributeOf(rules, 'enum');
  const value = () => literal(vocabulary, random, name);
  const either = `(if ${condition(rules, depth - 2)} then ${value()} else ${path})`;
  return choose(random, [
    `${path} == ${value()}`,
    `${path} != ${value()}`,
    `[${value()}, ${value()}].contains(${path})`,
    depth > 2 ? `${either} == ${value()}` : `${value()} == ${path}`,
  ]);
}

function setCondition(rules: Rules): string {
  const { random, vocabulary } = rules;
  const { path, name } = attributeOf(rules, 'set');
  const same = attributesOf(rules, 'set').filter((each) => each.name === name);
  const other = choose(random, same).path;
  const value = () => literal(vocabulary, random, name);
  return choose(random, [
    `${path}.contains(${value()})`,
    `${path}.containsAny([${value()}, ${value()}])`,
    `${path}.containsAll([${value()}, ${value()}])`,
    `[${value()}].containsAll(${path})`,
    `${path}.isEmpty()`,
    `${path} == ${other}`,
    `${path} == [${value()}]`,
  ]);
}

function attributeOf(rules: Rules, kind: 'enum' | 'set') {
  return choose(rules.random, attributesOf(rules, kind));
}

function attributesOf({ vocabulary }: Rules, kind: 'enum' | 'set') {
  return [...vocabulary.attributes.values()].flatMap(({ path, type }) =>
    type.kind === kind ? [{ path, name: type.name }] : [],
  );
}

function literal(vocabulary: Vocabulary, random: Seeded, name: EnumName): string {
  return `${name}::"${choose(random, vocabulary.enums[name])}"`;
}

function choose<T>(random: Seeded, options: readonly T[]): T {
  const chosen = options[random.below(options.length)];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}
