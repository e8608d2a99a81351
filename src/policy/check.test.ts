import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles, sha256 } from '../../tests/support/packs.ts';
import { checkPack } from './check.ts';
import { compareEngines } from './compare.ts';
import { compilePolicy } from './decide.ts';
import { parsePack } from './pack.ts';

// That the shipped packs pass is shown in tests/conformance/shipped-packs.test.ts.

const TABLE = `pack: small
version: 1
tiers:
  one: 1d
sealed_before_disclosure: []
table:
`;

/** A pack with one tier and a table that gives everything, so that a check is quick. */
function small(cedar: string): Map<string, string> {
  const files = packFiles('mapp');
  const rows = [...(files.get('programme.yaml') ?? '').matchAll(/^ {2}(\w+): +\{.*$/gm)]
    .map(([, kind]) => `  ${kind}: {one: lead, reduced: never, everyone: never}\n`)
    .join('');
  const words = (files.get('words.yaml') ?? '').replace(/tiers:\n(.*\n){3}/, 'tiers: {one: One}\n');
  return new Map([
    ['programme.yaml', TABLE + rows],
    ['words.yaml', words],
    ['rules.cedar', cedar],
  ]);
}

test('a pack that does not parse is one finding, not a throw', () => {
  const files = small('').set('programme.yaml', TABLE);
  const { ok, findings } = checkPack(files, sha256);
  assert.equal(ok, false);
  assert.deepEqual(
    findings.map(({ code, message }) => [code, message]),
    [['POLICY_INVALID', 'programme.yaml:6: table: expected a mapping, found null']],
  );
});

test('a kind without a row fails the check, which names it', () => {
  const files = small('');
  files.set('programme.yaml', (files.get('programme.yaml') ?? '').replace(/ {2}poc:.*\n/, ''));
  const [finding] = checkPack(files, sha256).findings;
  assert.match(finding?.message ?? '', /missing table\.poc/);
});

test('a forbid that fails is found with a request at which it does', () => {
  const { ok, findings } = checkPack(
    small(`@id("overflow") @reason("STANDING") forbid (principal is Participant, action, resource)
           when { resource.kind == Kind::"poc" &&
             context.disclosureAt * 100000 > context.disclosureAt };`),
    sha256,
  );
  assert.equal(ok, false);
  assert.deepEqual(findings, [
    {
      level: 'error',
      code: 'RULE_FAILS',
      message: 'rules.cedar:1: overflow fails to evaluate',
      example:
        'Participant asks for release, resource.kind = poc, context.disclosureAt = 253402300799999',
      rules: ['overflow'],
    },
  ]);
});

test('a comparison with now that fails is found too, though it turns at no instant', () => {
  const { findings } = checkPack(
    small(`@id("late") @reason("STANDING") forbid (principal is Participant, action, resource)
           when { principal.duty.toCsirt.contains(Trigger::"incident") &&
             context.now < context.disclosureAt * 100000 };`),
    sha256,
  );
  assert.deepEqual(
    findings.map(({ code, example }) => [code, example]),
    [
      [
        'RULE_FAILS',
        'Participant asks for release, principal.duty.toCsirt = [incident], ' +
          'context.now = 1750000000000, context.disclosureAt = 253402300799999',
      ],
    ],
  );
});

test('a rule that never applies is named, though the validator takes it', () => {
  const { findings } = checkPack(
    small(`@id("dead") @reason("NO_CONSENT") forbid (principal is Participant, action, resource)
           when { principal.consent == Consent::"lapsed" &&
             principal.consent == Consent::"invited" };`),
    sha256,
  );
  assert.deepEqual(
    findings.map(({ code, message }) => [code, message]),
    [['RULE_NEVER_APPLIES', 'rules.cedar:1: dead never applies, whatever the request']],
  );
});

test('a rule that reads too much to enumerate is refused', () => {
  const all = ['standing == Standing::"active"', 'consent == Consent::"signatory"']
    .concat(['toGovernment', 'toCsirt', 'toRegulator'].map((each) => `duty.${each}.isEmpty()`))
    .map((each) => `principal.${each}`)
    .concat(
      ['agreement.signedAt', 'agreement.expiresAt', 'duty.expiresAt'].map(
        (each) => `principal.${each} < context.now`,
      ),
    )
    .concat(['context.opensAt.one < context.disclosureAt', 'context.disclosureAt < context.now'])
    .concat(['signedAt', 'expiresAt'].map((each) => `principal.agreement.${each} < 5`))
    .concat(
      '[Kind::"poc", Kind::"patch", Kind::"advisory", Kind::"indicator"].contains(resource.kind)',
    )
    .join(' || ');
  const { findings } = checkPack(
    small(`@id("wide") @reason("STANDING") forbid (principal is Participant, action, resource)
           when { ${all} };`),
    sha256,
  );
  assert.deepEqual(
    findings.map(({ code, message }) => [code, message]),
    [['POLICY_INVALID', 'rules.cedar:1: wide reads too much to enumerate; split it']],
  );
});

test('evaluators that mean different things disagree, with the request that shows it', () => {
  const rule = (condition: string) =>
    `@id("odd") @reason("STANDING") forbid (principal is Participant, action, resource)
     when { ${condition} };`;
  const written = parsePack(small(rule('principal.agreement.expiresAt <= context.now')));
  const other = parsePack(small(rule('principal.agreement.expiresAt < context.now')));
  const [first] = compareEngines(written, compilePolicy(other, sha256)).findings;
  assert.equal(first?.code, 'ENGINES_DISAGREE');
  assert.equal(first?.message, 'rules.cedar:1: odd means one thing here, another to Cedar');
  assert.match(first?.example ?? '', /expiresAt = (\d+), context\.now = \1$/);
});

test('claims are proven; a rule that a pack can do without is named and refuses nothing', () => {
  const claim = `@id("never-poc") @says("a proof of concept never leaves")
    forbid (principal, action, resource is Artifact) when { resource.kind == Kind::"poc" };`;
  const rules = `@id("poc") @reason("KIND_WITHHELD")
    forbid (principal is Participant, action, resource) when { resource.kind == Kind::"poc" };
    @id("late-poc") @reason("KIND_WITHHELD")
    forbid (principal is Participant, action, resource)
    when { resource.kind == Kind::"poc" && context.now >= context.disclosureAt };`;
  const kept = checkPack(small(rules).set('invariants.cedar', claim), sha256);
  assert.equal(kept.ok, true);
  assert.deepEqual(
    kept.findings.map(({ level, code, rules: ids }) => [level, code, ids]),
    [['warning', 'RULE_SHADOWED', ['late-poc', 'poc']]],
  );
  const given = checkPack(small('').set('invariants.cedar', claim), sha256);
  assert.equal(given.ok, false);
  assert.deepEqual(
    given.findings.map(({ level, code, message, example }) => [level, code, message, example]),
    [
      [
        'error',
        'INVARIANT_VIOLATED',
        'invariants.cedar:1: never-poc is violated: «a proof of concept never leaves»',
        'a participant of tier one asks for poc at T0 − 24 h: allow by table.lead.one (LEAD_OPEN)',
      ],
    ],
  );
});
