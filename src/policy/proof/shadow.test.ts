import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles, sha256 } from '../../../tests/support/packs.ts';
import { compilePolicy } from '../decide.ts';
import { parsePack } from '../pack.ts';
import { shadowOf } from './shadow.ts';
import { worldOf } from './world.ts';

/** What is found of a rule that is added to those of `mapp`. */
function foundOf(rule: string) {
  const pack = parsePack(packFiles('mapp').set('more.cedar', rule));
  const policy = compilePolicy(pack, sha256);
  const world = worldOf(pack);
  const added = policy.rules.filter(({ place }) => place.file === 'more.cedar');
  return added
    .flatMap((each) => shadowOf(world, policy, each))
    .map(({ level, code, message, rules }) => [level, code, message, rules]);
}

const forbid = (condition: string, annotations = '') =>
  `@id("x") @reason("LEGAL_DUTY") ${annotations}
   forbid (principal is Participant, action, resource is Artifact) when { ${condition} };`;

const NARROW = 'resource.kind == Kind::"poc" && principal.standing == Standing::"suspended"';

test('a forbid that another one always includes is named with it', () => {
  assert.deepEqual(foundOf(forbid(NARROW)), [
    [
      'warning',
      'RULE_SHADOWED',
      'more.cedar:1: x is shadowed by standing: without it every decision is the same',
      ['x', 'standing'],
    ],
  ]);
});

test('a rule that says why it is redundant is left alone', () => {
  assert.deepEqual(foundOf(forbid(NARROW, '@redundant("says it again")')), []);
});

test('a forbid that several include only together is named with those, and with no other', () => {
  const both =
    'principal.standing == Standing::"removed" || principal.consent == Consent::"declined"';
  const [found] = foundOf(forbid(both));
  assert.deepEqual(found?.[3], ['x', 'standing', 'consent']);
});

test('a permit that a forbid always shuts is named with it', () => {
  const found = foundOf(`@id("open") @reason("PUBLIC_DOCUMENT")
    permit (principal is Public, action == Action::"release", resource is Artifact)
    when { resource.kind == Kind::"poc" };`);
  assert.deepEqual(
    found.map(([, code, , rules]) => [code, rules]),
    [['RULE_SHADOWED', ['open', 'table.not-public']]],
  );
});

test('a forbid that differs in one millisecond, or in what it asks of a person, is needed', () => {
  assert.deepEqual(foundOf(forbid('context.now <= context.opensAt.validate')), []);
  const hold = '@outcome("hold")';
  const early = 'context.now < context.opensAt.entry && principal.tier == Tier::"entry"';
  assert.equal(foundOf(forbid(early, hold)).length, 1);
  assert.deepEqual(foundOf(forbid('context.now >= context.events.publicAt', hold)), []);
});

test('a rule that no facts can lead to is refused, though some request would', () => {
  const found = foundOf(
    forbid(
      'principal.duty.status == DutyStatus::"unknown" && ' +
        'principal.duty.toGovernment.contains(Trigger::"any_known")',
    ),
  );
  assert.deepEqual(found, [
    [
      'error',
      'RULE_NEVER_APPLIES',
      'more.cedar:1: x never applies: no facts that can be lead to it',
      ['x'],
    ],
  ]);
});

test('a rule whose part nobody can tell is said to be so', () => {
  const [found] = foundOf(forbid('context.disclosureAt * 2 > context.now'));
  assert.deepEqual(found?.slice(0, 2), ['warning', 'TOO_MANY_CLASSES']);
});
