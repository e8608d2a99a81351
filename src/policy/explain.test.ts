import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL_PACKS, bareFiles, packFiles, policyOf, sha256 } from '../../tests/support/packs.ts';
import { seeded } from '../../tests/support/seeded.ts';
import { compilePolicy, type Policy } from './decide.ts';
import { axesOf } from './explain/axes.ts';
import { shortLimitMs } from './explain/circumstances.ts';
import { givenText } from './explain/gets.ts';
import { axesTogether, ordinarySituation } from './explain/interplay.ts';
import { explanationPage } from './explain/page.ts';
import { decisionAt, type Inquiry, profileOf, RANK, scheduleOf } from './explain/profile.ts';
import { readOf } from './explain/reading.ts';
import { explainPolicy } from './explain.ts';
import { parsePack } from './pack.ts';

function policyFrom(files: ReadonlyMap<string, string>): Policy {
  return compilePolicy(parsePack(files), sha256);
}

/** The page without its head, which names the pack. */
function body(policy: Policy): string {
  return explanationPage(explainPolicy(policy), policy.words).split('\n').slice(1).join('\n');
}

/** Classes as `who: what (why)`. */
function classesOf(policy: Policy): string[] {
  return explainPolicy(policy).classes.map(({ who, gets, because }) => {
    const what = gets.map((each) => givenText(each, policy.words)).join('; ');
    const why = because.map(({ code, exception }) => exception ?? code).join(', ');
    return `${who.join(' / ')}: ${what} (${why})`;
  });
}

/** `mapp` with more sections of its table, and with their words. */
function mappWith(section: string, words: string): Policy {
  const files = bareFiles();
  files.set('programme.yaml', `${files.get('programme.yaml') ?? ''}\n${section}\n`);
  return policyFrom(files.set('words.yaml', `${files.get('words.yaml') ?? ''}\n${words}\n`));
}

test('mapp is explained as the programme is: tiers, duties, consent, sealing, and no more', () => {
  const mapp = policyOf('mapp');
  const { usual } = explainPolicy(mapp);
  const of = (kind: string) => usual.filter((each) => each.kind === kind).map(({ when }) => when);
  const waves = [14, 5].map((days) => `${days} days before disclosure`);
  assert.deepEqual(of('advisory'), [...waves, '24 hours before disclosure', 'at disclosure']);
  assert.deepEqual(of('poc'), [...waves, '24 hours before disclosure', 'never']);
  const restricted =
    'general description: from disclosure on; ' +
    'everything else: from disclosure on, the general description in its place';
  assert.deepEqual(classesOf(mapp), [
    'its standing is applicant, restricted, suspended, removed or withdrawn: nothing (STANDING)',
    'its agreement is never signed, not yet in force or no longer in force: nothing ' +
      '(AGREEMENT_NOT_IN_FORCE)',
    'its consent to this embargo is declined or lapsed / each embargo needs its own consent, ' +
      'and its consent to this embargo is not asked for or asked for without an answer yet: ' +
      'nothing (NO_CONSENT)',
    `it must report any vulnerability it knows of to a government: ${restricted} (LEGAL_DUTY)`,
    `nobody vouches for what is recorded of its duties: ${restricted} (DUTY_FACTS_UNATTESTED)`,
    `nothing is known of its duties: ${restricted} (DUTY_FACTS_UNKNOWN)`,
    `what is known of its duties is out of date: ${restricted} (DUTY_FACTS_EXPIRED)`,
    "the channel does not seal to the reader's own key: " +
      'steps to reproduce, proof of concept and patch: from disclosure on (NOT_SEALED)',
  ]);
});

test('where rules meet, each is told alone; what gives more is told without a why', () => {
  const envoy = classesOf(policyOf('envoy'));
  const early = 'its consent to this embargo is given, and it reported the vulnerability';
  assert.ok(envoy.includes(`${early}: patch: from 28 days before disclosure on ()`));
  assert.ok(envoy.includes('no fix is ready: patch: never (patch-not-ready)'));
  const slow = 'at the usual time, if a person decides so; from disclosure on, in full';
  const low = `the score is below 4.0 or not known yet: distributor: everything: ${slow}`;
  assert.ok(envoy.includes(`${low} (low-score)`));
  const distros = classesOf(policyOf('linux-distros'));
  const kernel = 'the alert affects the Linux kernel, and no fix is ready: nothing';
  assert.ok(distros.includes(`${kernel} (kernel-fix-first)`));
});

test('whose own policy is shorter is told of by its limit, not by a date', () => {
  const [own] = classesOf(policyOf('vultron')).filter((each) => each.includes('shorter-policy'));
  const once = 'everything: once no more of the embargo is left than its own policy keeps';
  assert.equal(own, `its own policy keeps shorter embargoes only: ${once} (shorter-policy)`);
});

test('a pack that treats all alike says so', () => {
  const oracle = policyOf('oracle');
  assert.deepEqual(explainPolicy(oracle).classes, []);
  assert.match(
    body(oracle),
    /Nobody and nothing: the policy treats all alike\.\n\n## What is owed/,
  );
  assert.match(body(oracle), /The pack asks nothing of those whom it gives something\.\n$/);
});

describe('policies that decide alike', () => {
  /** `mapp` written otherwise: other files, other ids, rules split and turned round. */
  function mappOtherwise(): Map<string, string> {
    const files = packFiles('mapp');
    files.delete('rules.cedar');
    const forbid = 'forbid (principal is Participant, action, resource)';
    const rules = [
      ['a', 'STANDING', 'when { principal.standing != Standing::"active" }'],
      ['b', 'AGREEMENT_NOT_IN_FORCE', 'when { context.now < principal.agreement.signedAt }'],
      ['c', 'AGREEMENT_NOT_IN_FORCE', 'when { principal.agreement.expiresAt <= context.now }'],
      [
        'd',
        'NO_CONSENT',
        'when { [Consent::"declined", Consent::"lapsed"].contains(principal.consent) }',
      ],
      [
        'e',
        'NO_CONSENT',
        `when { principal.consentMode == ConsentMode::"per_alert" &&
         [Consent::"no_embargo", Consent::"invited"].contains(principal.consent) }`,
      ],
      ...[
        ['DUTY_FACTS_UNKNOWN', 'principal.duty.status == DutyStatus::"unknown"'],
        [
          'DUTY_FACTS_UNATTESTED',
          `principal.duty.provenance == Provenance::"none" &&
           principal.duty.status == DutyStatus::"stated"`,
        ],
        [
          'DUTY_FACTS_EXPIRED',
          `context.now >= principal.duty.expiresAt &&
           principal.duty.status != DutyStatus::"unknown"`,
        ],
        ['LEGAL_DUTY', 'principal.duty.toGovernment.containsAny([Trigger::"any_known"])'],
      ].map(([code = '', when = ''], i) => [
        `f${i}`,
        code,
        `when { ${when} } unless { context.now >= context.disclosureAt &&
         resource.kind == Kind::"summary" } unless { context.now >= context.disclosureAt &&
         action == Action::"releaseReduced" }`,
      ]),
    ];
    const cedar = rules.map(
      ([id, code, when]) => `@id("${id}")@reason("${code}")${forbid}${when};`,
    );
    files.set('z.cedar', cedar.reverse().join('\n'));
    const table = files.get('programme.yaml') ?? '';
    return files.set('programme.yaml', table.replace('pack: mapp', 'pack: other'));
  }

  test('have the same page but for its head', () => {
    const [mapp, other] = [policyOf('mapp'), policyFrom(mappOtherwise())];
    assert.equal(body(other), body(mapp));
    assert.match(explanationPage(explainPolicy(other), other.words), /^# other, version 1: /);
  });

  test('and one that decides otherwise for one kind alone has another', () => {
    const files = packFiles('mapp');
    const table = files.get('programme.yaml') ?? '';
    files.set('programme.yaml', table.replace('ans: 5d', 'ans: 120h'));
    assert.equal(body(policyFrom(files)), body(policyOf('mapp')));
    files.set('programme.yaml', table.replace(/(patch: +\{validate: )lead/, '$1T0'));
    assert.notEqual(body(policyFrom(files)), body(policyOf('mapp')));
  });

  test('an exception that never bites is on no page, one that does is there with its words', () => {
    const exception = (when: string) =>
      mappWith(
        `exceptions:\n  odd: {reason: NO_EMBARGO_POSSIBLE, when: {${when}}, until: T0}`,
        'exceptions: {odd: odd ones wait}',
      );
    const dead = exception('standing: [suspended], consent: [declined]');
    assert.equal(body(dead), body(policyFrom(bareFiles())));
    const why = /by a machine\*\*: everything: from disclosure on\. Why: odd ones wait \(exception/;
    assert.match(body(exception('alert.discovery: [ai]')), why);
  });
});

test('what a pack asks of its members is told, each with its time', () => {
  const owed = `keep_embargo: T0
  acknowledge: 36h
  leak_report: 90m
  return_copies: 7d`;
  const files = packFiles('mapp');
  const told = (statusReport: string) => {
    const table = (files.get('programme.yaml') ?? '').replace(
      'keep_embargo: T0',
      `${owed}\n  status_report: ${statusReport}`,
    );
    return explainPolicy(policyFrom(new Map([...files, ['programme.yaml', table]]))).obligations;
  };
  assert.deepEqual(told('T0 - 24h'), [
    'It keeps what it was given to itself until disclosure.',
    'It acknowledges a copy within 36 hours of being given something.',
    'It reports a leak of its own within 90 minutes of noticing it.',
    'By 24 hours before disclosure, it says how it is affected.',
    'Once it is out, it gives up its copies within 7 days.',
  ]);
  assert.equal(told('T0')[3], 'By disclosure, it says how it is affected.');
  assert.equal(
    told('2d')[3],
    'Within 2 days of being given something, it says how it is affected.',
  );
});

test('after how long silence opens waves is told, whether the pack or the default says so', () => {
  const clock = (when: string) => `timing: {zone: UTC, no_embargo_when: []${when}}`;
  const page = (sections: string) => {
    const files = packFiles('mapp');
    return body(
      policyFrom(files.set('programme.yaml', `${files.get('programme.yaml')}\n${sections}\n`)),
    );
  };
  const compressing = clock(', compress_when: exploited');
  assert.match(page(compressing), /## Once it is exploited\n[^#]*\nwithin 30 minutes, they do\./);
  const named = `${compressing}\nembargo: {decide_exploited_within: 45m}`;
  assert.match(page(named), /\nwithin 45 minutes, they do\. Disclosure stays where it is\.\n/);
  assert.doesNotMatch(page(clock('')), /exploited\n/);
});

test('leads in business days are told with their hour', () => {
  const files = packFiles('mapp');
  const table = (files.get('programme.yaml') ?? '').replace('ans: 5d', 'ans: 5bd 15:00 UTC');
  const timing = `
timing:
  zone: UTC
  no_embargo_when: []
  calendars:
    programme: {zone: UTC, weekend: [Sun], covers: 2026-01-01 to 2026-12-31, holidays: {}}
`;
  const { usual } = explainPolicy(policyFrom(files.set('programme.yaml', table + timing)));
  const ans = usual.find(({ tier }) => tier === 'ans')?.when;
  assert.equal(ans, '15:00 UTC, 5 business days before disclosure');
});

test('criteria and roles are told as they are asked: shown or not, said or not', () => {
  const policy = mappWith(
    `release_criteria: [own_rules]
exceptions:
  not-vendors: {reason: KIND_WITHHELD, when: {roles: [vendor], kind: [poc]}}`,
    'criteria: {own_rules: it writes its own rules}\nexceptions: {not-vendors: none for vendors}',
  );
  const found = classesOf(policy);
  const criterion = 'it is not shown, or no longer, that it writes its own rules: nothing';
  assert.ok(found.includes(`${criterion} (CRITERION_LAPSED)`));
  const given = 'proof of concept: from disclosure on, the general description in its place';
  assert.ok(!found.some((each) => each.includes(given) && each.includes('vendor')));
  assert.ok(found.includes('it is a vendor: proof of concept: never (not-vendors)'));
});

test('a rule that looks at too much at once is refused, not half explained', () => {
  const many = Array.from({ length: 20 }, (_, i) => `p${i}`);
  const policy = mappWith(
    `products: [${many.join(', ')}]
exceptions:
  wide: {reason: NOT_AFFECTED_PLATFORM, when: {products: [${many.join(', ')}]}}`,
    `products: {${many.map((each) => `${each}: ${each}`).join(', ')}}\nexceptions: {wide: wide}`,
  );
  assert.throws(() => explainPolicy(policy), {
    code: 'POLICY_INVALID',
    message: /too much at once/,
  });
});

for (const name of ALL_PACKS) {
  test(`${name}: its classes one by one say what the policy decides of all together`, () => {
    const policy = policyOf(name);
    const read = readOf(policy);
    const schedule = scheduleOf(policy);
    const axes = axesOf(read, policy.words, shortLimitMs(schedule));
    const inquiry: Inquiry = { policy, schedule, axes, profiles: new Map() };
    const ordinary = ordinarySituation(inquiry);
    const groups = axesTogether(inquiry, ordinary, read.together);
    const random = seeded(41);
    for (let i = 0; i < 150; i++) {
      const situation = axes.map(({ settings }) => random.below(settings.length));
      const alone = groups.map((some) =>
        some.reduce((found, axis) => found.with(axis, situation[axis] ?? 0), ordinary),
      );
      const usual = profileOf(inquiry, ordinary);
      const parts = [usual, ...alone.map((each) => profileOf(inquiry, each))];
      profileOf(inquiry, situation).forEach((cell, index) => {
        for (const { at } of [cell, ...parts.flatMap((part) => part[index] ?? [])].flatMap(
          ({ turns }) => turns,
        )) {
          const rank = RANK[decisionAt(cell, at).outcome];
          const ranks = parts.map((part) => RANK[decisionAt(part[index] ?? cell, at).outcome]);
          const least = Math.min(...ranks);
          const widened = Math.max(...ranks) > RANK[decisionAt(usual[index] ?? cell, at).outcome];
          assert.ok(
            widened ? rank >= least : rank === least,
            `${situation}: ${cell.kind} at ${at}`,
          );
        }
      });
    }
  });
}
