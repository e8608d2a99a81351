import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesWith } from '../../tests/support/names.ts';
import { parseCedar } from './cedar.ts';
import { notesOn } from './engine.ts';
import { readRule } from './rule.ts';
import { vocabularyOf } from './vocabulary.ts';

// That the constructs taken mean what they mean to Cedar is shown over random rules in
// tests/conformance/rules-vs-cedar.test.ts.

const VOCABULARY = vocabularyOf(namesWith(['first', 'second']));

function compile(text: string) {
  const [policy] = parseCedar('rules.cedar', `\n@id("x") @reason("STANDING") ${text}`);
  assert.ok(policy);
  return notesOn(readRule(policy), VOCABULARY);
}

function refuses(text: string, construct: string): void {
  assert.throws(() => compile(text), {
    code: 'POLICY_INVALID',
    message: new RegExp(`^rules\\.cedar:2: ${construct}`),
  });
}

test('a construct outside the closed list is refused by its name, with file and line', () => {
  const taken = 'is not among the constructs a pack may use \\(taken are attributes, ';
  for (const [condition, construct] of [
    ['principal has tier', `has ${taken}`],
    ['principal.tier in Tier::"first"', `in ${taken}`],
    ['datetime("2025-07-08") < datetime("2026-07-08")', `a call of datetime\\(\\) ${taken}`],
    ['principal.tier.isIpv4()', `a call of isIpv4\\(\\) ${taken}`],
    ['principal.tier like "p*"', `like ${taken}`],
    ['"a" == "b"', `a literal string ${taken}`],
    ['{a: 1}.a == 1', `an attribute of something computed ${taken}`],
    ['{a: 1} == {a: 1}', `Record ${taken}`],
    ['principal == resource', `Var ${taken}`],
    ['principal.getTag("x") == 1', `getTag ${taken}`],
    ['principal.name == 1', `the attribute principal\\.name ${taken}`],
    ['[].contains(principal.tier)', `an empty set ${taken}`],
    ['[principal.tier].contains(Tier::"first")', `a set of computed values ${taken}`],
    ['context.disclosureAt < 9007199254740993', `a number beyond ±\\(2\\^53 − 1\\) ${taken}`],
    ['resource is Artifact in Artifact::"x"', `\`is … in\` ${taken}`],
    ['context is Artifact', `\`is\` on context ${taken}`],
    ['principal.tier is Tier', `\`is\` on something computed ${taken}`],
  ] as const) {
    refuses(`forbid (principal, action, resource) when { ${condition} };`, construct);
  }
});

test('a participant can be named by an attribute only, never by id', () => {
  refuses(
    'forbid (principal, action, resource) when { principal == Participant::"firm" };',
    '(Var|Participant::"firm") is not among',
  );
  refuses(
    'forbid (principal, action, resource) when { Participant::"firm" == principal };',
    'Participant::"firm" is not among .* by an attribute, never by id',
  );
  refuses('forbid (principal == Participant::"firm", action, resource);', '`principal ==` is not');
  refuses(
    'forbid (principal is Participant in Participant::"firm", action, resource);',
    '`principal is` is not',
  );
  refuses('forbid (principal, action, resource == Artifact::"a");', '`resource ==` is not');
});

test('now stands only directly in a comparison, or changesAt could miss an instant', () => {
  for (const [condition, construct] of [
    ['context.now == context.disclosureAt', '== on context\\.now .*compared with <, <=, > or >='],
    ['context.now + 1 > context.disclosureAt', 'arithmetic on context\\.now .*compare context'],
    ['-context.now < 0', 'arithmetic on context\\.now'],
    ['context.now < context.now', 'context\\.now on both sides'],
    ['(if context.now < 5 then context.now else 5) > 3', 'arithmetic on context\\.now'],
    ['(if context.now < 5 then 1 else 5) > context.now', 'context\\.now on both sides'],
  ] as const) {
    refuses(`forbid (principal, action, resource) when { ${condition} };`, construct);
  }
});

test('types that do not fit are refused even where the validator is not asked', () => {
  for (const [condition, construct] of [
    ['5', 'expected a condition'],
    ['true < 5', 'expected a Long'],
    ['[1].contains(1)', 'expected an enumerated value'],
    ['principal.tier.contains(Tier::"first")', 'expected a set'],
    ['principal.tier == principal.standing', '== compares values of different types'],
    ['(if principal.duty.toCsirt.isEmpty() then 1 else true)', 'if-then-else gives values'],
  ] as const) {
    refuses(`forbid (principal, action, resource) when { ${condition} };`, construct);
  }
});

test('the compiler notes what a rule reads, names, and at which instants it turns', () => {
  const { attributes, values, breakpoints, plain } = compile(`forbid (principal, action, resource)
    when { principal.tier == Tier::"second" && context.now >= context.opensAt.first };`);
  assert.deepEqual([...attributes].sort(), [
    'context.now',
    'context.opensAt.first',
    'principal.tier',
  ]);
  assert.deepEqual([...values], [['Tier', new Set([1])]]);
  assert.equal(breakpoints.length, 1);
  assert.equal(plain, true);
});
