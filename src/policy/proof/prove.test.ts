import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packFiles, sha256 } from '../../../tests/support/packs.ts';
import { compilePolicy } from '../decide.ts';
import type { Finding } from '../finding.ts';
import { parsePack } from '../pack.ts';
import { contradictions } from './contradictions.ts';
import { proveInvariant } from './prove.ts';
import { worldOf } from './world.ts';

/** What is found of claims about `mapp`, with another table where one is given. */
function findingsOn(
  claims: string,
  table: (text: string) => string = (text) => text,
): readonly Finding[] {
  const files = packFiles('mapp').set('invariants.cedar', claims);
  files.set('programme.yaml', table(files.get('programme.yaml') ?? ''));
  const pack = parsePack(files);
  const policy = compilePolicy(pack, sha256);
  const world = worldOf(pack);
  return [
    ...contradictions(world, policy, pack.invariants),
    ...pack.invariants.flatMap((each) => proveInvariant(world, policy, each)),
  ];
}

/** Code, message without its place, and example. */
function told(findings: readonly Finding[]) {
  return findings.map(({ code, message, example }) => [
    code,
    message.replace(/^invariants\.cedar:\d+: /, ''),
    example,
  ]);
}

const never = (id: string, condition: string, head = 'principal is Participant, action') =>
  `@id("${id}") @says("so it is") forbid (${head}, resource is Artifact) when { ${condition} };`;
const sometimes = (id: string, condition: string, head = 'principal is Participant, action') =>
  `@id("${id}") @says("so it is") permit (${head}, resource is Artifact) when { ${condition} };`;

describe('what is claimed never to be given', () => {
  test('is proven where it holds, to the millisecond', () => {
    const claims = [
      never('before-T0', 'context.now < context.disclosureAt', 'principal is Public, action'),
      never('entry', 'principal.tier == Tier::"entry" && context.now < context.opensAt.entry'),
      never('first', 'context.now < context.disclosureAt - 1209600000'),
    ];
    assert.deepEqual(told(findingsOn(claims.join('\n'))), []);
  });

  test('is shown by the most ordinary request that is given, where it does not hold', () => {
    const claims = [
      never('late', 'resource.kind == Kind::"poc" && context.now < context.disclosureAt'),
      never('one-more', 'context.now < context.disclosureAt - 1209599999'),
      never('invited', 'principal.consent == Consent::"invited"'),
    ];
    assert.deepEqual(told(findingsOn(claims.join('\n'))), [
      [
        'INVARIANT_VIOLATED',
        'late is violated: «so it is»',
        'a participant of tier validate asks for poc at T0 − 14 d: ' +
          'allow by table.lead.validate (LEAD_OPEN)',
      ],
      [
        'INVARIANT_VIOLATED',
        'one-more is violated: «so it is»',
        'a participant of tier validate asks for advisory at T0 − 14 d: ' +
          'allow by table.lead.validate (LEAD_OPEN)',
      ],
      [
        'INVARIANT_VIOLATED',
        'invited is violated: «so it is»',
        'a participant of tier validate asks for advisory at T0 − 14 d, ' +
          'principal.consent = invited: allow by table.lead.validate (LEAD_OPEN)',
      ],
    ]);
  });

  test('names as few facts as lead to it, and the rules that gave it', () => {
    const claim = never('told', 'principal.duty.status == DutyStatus::"unknown"');
    const [finding] = findingsOn(claim);
    // The duties nobody knows are of no provenance and out of date: no other facts can be.
    assert.equal(
      finding?.example,
      'a participant of tier validate asks for advisory at T0, ' +
        'principal.duty.status = unknown, principal.duty.provenance = none, ' +
        'principal.duty.expiresAt = T0 − 1 ms: allow_reduced by ' +
        'report-duty (DUTY_FACTS_UNKNOWN), table.reduced (REDUCED_VARIANT)',
    );
    assert.deepEqual(finding?.rules, ['told', 'report-duty', 'table.reduced']);
  });

  test('is about what its action gives, or what it says the outcome is', () => {
    const duty = 'principal.duty.toGovernment.contains(Trigger::"any_known")';
    const poc = `${duty} && resource.kind == Kind::"poc"`;
    const whole = 'principal is Participant, action == Action::"release"';
    const outcome = (outcome: string) =>
      never('x', poc).replace('@says', `@outcome("${outcome}") @says`);
    assert.deepEqual(findingsOn(never('whole', poc, whole)), []);
    assert.deepEqual(findingsOn(outcome('allow')), []);
    assert.match(findingsOn(never('any', poc))[0]?.example ?? '', /: allow_reduced by /);
    assert.match(findingsOn(outcome('allow_reduced'))[0]?.example ?? '', /: allow_reduced by /);
  });

  test('holds wherever the waves stand, unless it names a distance', () => {
    // With the leads of the pack ans is always earlier; a wave that was moved by hand is not.
    const later = 'context.opensAt.ans > context.opensAt.entry && principal.tier == Tier::"ans"';
    assert.deepEqual(told(findingsOn(never('ans', later))), [
      [
        'INVARIANT_VIOLATED',
        'ans is violated: «so it is»',
        'a participant of tier ans asks for advisory at T0 − 1 ms, ' +
          'context.opensAt.ans = T0 − 1 ms, context.opensAt.entry = T0 − 2 ms: ' +
          'allow by table.lead.ans (LEAD_OPEN)',
      ],
    ]);
    const distance = never('by', `${later} && context.disclosureAt - 1 >= context.opensAt.ans`);
    assert.deepEqual(
      findingsOn(distance).map(({ code }) => code),
      ['RULE_NEVER_APPLIES'],
    );
  });

  test('is a mistake when it speaks of nothing', () => {
    const claim = never(
      'nothing',
      'principal.duty.status == DutyStatus::"unknown" && ' +
        'principal.duty.provenance == Provenance::"attested"',
    );
    assert.deepEqual(told(findingsOn(claim)), [
      ['RULE_NEVER_APPLIES', 'nothing speaks of nothing that can be', null],
    ]);
  });

  test('is not claimed to be proven where there is too much to enumerate', () => {
    const claim = never('product', 'context.disclosureAt * 2 > context.now');
    assert.deepEqual(
      findingsOn(claim).map(({ level, code }) => [level, code]),
      [['error', 'TOO_MANY_CLASSES']],
    );
  });
});

describe('what is claimed to be given at some time', () => {
  test('is met by a single request', () => {
    const entry = 'principal.tier == Tier::"entry" && context.now <= context.disclosureAt';
    assert.deepEqual(findingsOn(sometimes('on-time', `${entry} - 86400000`)), []);
    assert.deepEqual(told(findingsOn(sometimes('early', `${entry} - 86400001`))), [
      [
        'INVARIANT_UNMET',
        'early is not met: «so it is»',
        'a participant of tier entry asks for advisory at T0 − 24 h − 1 ms: ' +
          'deny by table.early.entry (TOO_EARLY)',
      ],
    ]);
  });

  test('notices a lead that slipped by hours, either way', () => {
    const claims = [
      never(
        'not-early',
        'principal.tier == Tier::"entry" && context.now < context.disclosureAt - 86400000',
      ),
      sometimes(
        'on-time',
        'principal.tier == Tier::"entry" && context.now <= context.disclosureAt - 86400000',
      ),
    ].join('\n');
    const slipped = (lead: string) =>
      findingsOn(claims, (text) => text.replace('entry: 24h', `entry: ${lead}`));
    assert.deepEqual(
      slipped('31h').map(({ code, example }) => [code, example?.split(':')[0]]),
      [['INVARIANT_VIOLATED', 'a participant of tier entry asks for advisory at T0 − 31 h']],
    );
    assert.deepEqual(
      slipped('17h').map(({ code }) => code),
      ['INVARIANT_UNMET'],
    );
    assert.deepEqual(slipped('1440m'), []);
  });
});

describe('claims that no rules could fulfil together', () => {
  test('are named with a witness, whatever the rules are (R20 with R21)', () => {
    const claims = [
      never('R20', 'resource.kind == Kind::"poc"', 'principal, action'),
      sometimes(
        'R21',
        'resource.kind == Kind::"poc" && context.now <= context.disclosureAt + 604800000',
        'principal is Public, action == Action::"release"',
      ),
    ];
    const [first] = told(findingsOn(claims.join('\n')));
    assert.deepEqual(first, [
      'IMPOSSIBLE_TOGETHER',
      'R21 and R20 are impossible together: «so it is» and «so it is»',
      'anybody asks for poc at T0',
    ]);
  });

  test('are named where one tier is to be served early and nobody is (R22 with R16)', () => {
    const claims = [
      never('R22', 'context.now < context.disclosureAt'),
      sometimes(
        'R16',
        'principal.tier == Tier::"ans" && context.now <= context.disclosureAt - 432000000',
      ),
    ];
    const [first] = told(findingsOn(claims.join('\n')));
    assert.equal(first?.[0], 'IMPOSSIBLE_TOGETHER');
    assert.equal(first?.[2], 'a participant of tier ans asks for advisory at T0 − 5 d');
  });

  test('may be several that exclude together what none excludes alone', () => {
    const claims = [
      never('early', 'context.now < context.disclosureAt'),
      never('late', 'context.now >= context.disclosureAt'),
      never('other', 'principal.tier == Tier::"ans" && principal.tier == Tier::"entry"'),
      sometimes('ever', 'resource.kind == Kind::"poc"'),
    ];
    const [first] = told(findingsOn(claims.join('\n')));
    assert.match(first?.[1] ?? '', /^ever and early, late are impossible together/);
  });

  test('are none where something is left that can be given', () => {
    const claims = [
      never('not-early', 'context.now < context.disclosureAt'),
      sometimes('ever', 'resource.kind == Kind::"poc" && context.now <= context.disclosureAt'),
    ];
    assert.ok(findingsOn(claims.join('\n')).every(({ code }) => code !== 'IMPOSSIBLE_TOGETHER'));
  });
});
