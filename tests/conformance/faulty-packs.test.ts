/**
 * The classic mistakes of people who write release rules, each made in the pack `mapp`: the check
 * must refuse every one, and show where it is or what it lets happen.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPack } from '../../src/policy/check.ts';
import type { FindingCode } from '../../src/policy/finding.ts';
import { packFiles, sha256 } from '../support/packs.ts';

type Mistake = {
  readonly name: string;
  readonly file: string;
  /** Pairs of what stands in the file, once, and what is written in its place. */
  readonly edits: readonly (readonly [string, string])[];
  readonly code: FindingCode;
  /** Without the place. */
  readonly message: RegExp;
  /** What stands in the line it names. */
  readonly line: string;
  /** Of the request that shows it; null where the line alone says it. */
  readonly example: RegExp | null;
};

const UNLESS = `unless {
  context.now >= context.disclosureAt &&
  (resource.kind == Kind::"summary" || action == Action::"releaseReduced")
};`;
const ROW = '{validate: lead, ans: lead, entry: lead, reduced: T0,    ';
const OTHER_KINDS = [
  ...['advisory', 'repro_steps', 'detection_guidance', 'detection_rule', 'indicator', 'poc'],
  ...['patch', 'mitigation'],
];

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a forbid that fails where it matters, and so opens',
    file: 'rules.cedar',
    edits: [
      [
        'context.now >= principal.duty.expiresAt ||',
        'context.now >= principal.duty.expiresAt * 1000000 ||',
      ],
    ],
    code: 'RULE_FAILS',
    message: /^report-duty fails to evaluate$/,
    line: '@id("report-duty")',
    example: /principal\.duty\.expiresAt = 253402300799999/,
  },
  {
    name: 'a missing unless',
    file: 'rules.cedar',
    edits: [[`\n${UNLESS}`, ';']],
    code: 'INVARIANT_UNMET',
    message: /^reporters-at-disclosure is not met: «Who must report/,
    line: '@id("reporters-at-disclosure")',
    example: /toGovernment = \[any_known\]: deny by report-duty \(LEGAL_DUTY\)/,
  },
  {
    name: 'a wrong inequality at disclosure',
    file: 'rules.cedar',
    edits: [['context.now >= context.disclosureAt &&', 'context.now > context.disclosureAt &&']],
    code: 'INVARIANT_UNMET',
    message: /reporters-at-disclosure is not met/,
    line: '@id("reporters-at-disclosure")',
    example: /asks for advisory at T0.*: .*report-duty/,
  },
  {
    name: 'a slip of time zones: 17:00 in one place taken for 17:00 UTC',
    file: 'programme.yaml',
    edits: [['validate: 14d', 'validate: 343h']],
    code: 'INVARIANT_VIOLATED',
    message: /waves-in-order is violated/,
    line: '@id("waves-in-order")',
    example:
      /^a participant of tier validate asks for advisory at T0 − 343 h: allow by table\.lead\./,
  },
  {
    name: 'the same slip the other way',
    file: 'programme.yaml',
    edits: [['ans: 5d', 'ans: 113h']],
    code: 'INVARIANT_UNMET',
    message: /ans-on-time is not met/,
    line: '@id("ans-on-time")',
    example: /^a participant of tier ans asks for advisory at T0 − 5 d: deny by table\.early\.ans/,
  },
  {
    name: 'the case of a code',
    file: 'rules.cedar',
    edits: [['Standing::"active"', 'Standing::"Active"']],
    code: 'POLICY_INVALID',
    message: /"Active"/,
    line: 'Standing::"Active"',
    example: null,
  },
  {
    name: 'a list of what is forbidden, so that a kind added later is allowed',
    file: 'rules.cedar',
    edits: [
      [
        '(resource.kind == Kind::"summary" ||',
        `(![${OTHER_KINDS.map((kind) => `Kind::"${kind}"`).join(', ')}].contains(resource.kind) ||`,
      ],
    ],
    code: 'INVARIANT_VIOLATED',
    message: /reporters-general-only is violated/,
    line: '@id("reporters-general-only")',
    example: /asks for test_file at T0, principal\.duty\..*: allow by table\.lead\.validate/,
  },
  {
    name: 'a kind that nobody decided about',
    file: 'programme.yaml',
    edits: [[`  test_file:          ${ROW}everyone: never}\n`, '']],
    code: 'POLICY_INVALID',
    message: /^missing table\.test_file$/,
    line: 'table:',
    example: null,
  },
  {
    name: 'a missing annotation',
    file: 'rules.cedar',
    edits: [['@reason("NO_CONSENT")\n', '']],
    code: 'POLICY_INVALID',
    message: /^consent: policy without @reason \(give it a @reason\("CODE"\)\)$/,
    line: '@id("consent")',
    example: null,
  },
  {
    name: 'a restriction of some firms narrowed to one kind',
    file: 'rules.cedar',
    edits: [[UNLESS, UNLESS.replace('};', ' || resource.kind != Kind::"poc" };')]],
    code: 'INVARIANT_VIOLATED',
    message: /reporters-not-early is violated/,
    line: '@id("reporters-not-early")',
    example: /at T0 − 14 d, principal\.duty\..*: allow by table\.lead\.validate \(LEAD_OPEN\)/,
  },
  {
    name: 'an or where an and belongs',
    file: 'rules.cedar',
    edits: [['ConsentMode::"standing" &&', 'ConsentMode::"standing" ||']],
    code: 'INVARIANT_VIOLATED',
    message: /only-insiders is violated/,
    line: '@id("only-insiders")',
    example: /principal\.consent = declined: allow by/,
  },
  {
    name: 'a proof of concept for anybody at all',
    file: 'programme.yaml',
    edits: [
      [`  poc:                ${ROW}everyone: never}`, `  poc:                ${ROW}everyone: T0}`],
    ],
    code: 'INVARIANT_VIOLATED',
    message: /public-only-documents is violated/,
    line: '@id("public-only-documents")',
    example: /^anybody asks for poc at T0: allow by table\.public \(PUBLIC_DOCUMENT\)$/,
  },
  {
    name: 'unknown duties taken for none',
    file: 'rules.cedar',
    edits: [
      ['DUTY_FACTS_UNKNOWN, DUTY_FACTS_UNATTESTED, DUTY_FACTS_EXPIRED, LEGAL_DUTY', 'LEGAL_DUTY'],
      ['  principal.duty.status == DutyStatus::"unknown" ||\n', ''],
      ['  principal.duty.provenance == Provenance::"none" ||\n', ''],
      ['  context.now >= principal.duty.expiresAt ||\n', ''],
    ],
    code: 'INVARIANT_VIOLATED',
    message: /reporters-not-early is violated/,
    line: '@id("reporters-not-early")',
    example: /at T0 − 14 d, principal\.duty\.(?:provenance = none|expiresAt = T0 − 14 d): allow by/,
  },
  {
    name: 'an agreement that is in force one instant too long',
    file: 'rules.cedar',
    edits: [
      [
        'context.now < principal.agreement.expiresAt',
        'context.now <= principal.agreement.expiresAt',
      ],
    ],
    code: 'INVARIANT_VIOLATED',
    message: /only-insiders is violated/,
    line: '@id("only-insiders")',
    example: /at (T0 − 14 d), principal\.agreement\.expiresAt = \1: allow by/,
  },
  {
    name: 'a rule that can never fire',
    file: 'rules.cedar',
    edits: [
      [
        'unless { principal.standing == Standing::"active" };',
        'when { principal.standing == Standing::"removed" && ' +
          'principal.standing == Standing::"suspended" };',
      ],
    ],
    code: 'RULE_NEVER_APPLIES',
    message: /^standing never applies/,
    line: '@id("standing")',
    example: null,
  },
];

for (const { name, file, edits, code, message, line, example } of MISTAKES) {
  test(`${name}: is found by the check`, () => {
    const files = packFiles('mapp');
    for (const [from, to] of edits) {
      const text = files.get(file) ?? '';
      assert.equal(text.split(from).length, 2, `${from} stands once in ${file}`);
      files.set(
        file,
        text.replace(from, () => to),
      );
    }
    const { ok, findings } = checkPack(files, sha256);
    assert.equal(ok, false);
    const told = JSON.stringify(findings, null, 1);
    const found = findings.map((finding) => ({ ...finding, ...placeOf(finding.message) }));
    const [first, ...more] = found.filter(
      (finding) => finding.code === code && message.test(finding.problem),
    );
    assert.ok(first !== undefined && more.length === 0, told);
    assert.ok(lineOf(files, first).includes(line), `${lineOf(files, first)} in ${told}`);
    if (example === null) assert.equal(first.example, null, told);
    else assert.match(first.example ?? '', example, told);
  });
}

function placeOf(message: string): { file: string; number: number; problem: string } {
  const [, file = '', number = '', problem = ''] = /^([a-z.]+):(\d+): (.*)$/s.exec(message) ?? [];
  return { file, number: Number(number), problem };
}

function lineOf(files: ReadonlyMap<string, string>, place: { file: string; number: number }) {
  return files.get(place.file)?.split('\n')[place.number - 1] ?? '';
}
