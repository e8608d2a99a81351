/** A slip in a pack that its own invariants catch; the check names the invariant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPack } from '../../src/policy/check.ts';
import { packFiles, SHIPPED_PACKS, sha256 } from '../support/packs.ts';

type Slip = {
  readonly what: string;
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
  readonly caught: string;
};

const SLIPS: Readonly<Record<string, readonly Slip[]>> = {
  mapp: [
    {
      what: 'the rule on duties ends a day too early',
      file: 'rules.cedar',
      from: 'context.now >= context.disclosureAt &&',
      to: 'context.now >= context.disclosureAt - 86400000 &&',
      caught: 'reporters-not-early',
    },
  ],
  'mapp-2024': [
    {
      what: 'the rule of 2025 is there before its time',
      file: 'membership.cedar',
      from: '@id("consent")',
      to: `@id("duty") @reason("LEGAL_DUTY")
forbid (principal is Participant, action, resource is Artifact)
when { principal.duty.toGovernment.contains(Trigger::"any_known") };
@id("consent")`,
      caught: 'reporters-like-anybody',
    },
  ],
  'mapp-poc-only': [
    {
      what: 'another kind is withheld in place of the proof of concept',
      file: 'rules.cedar',
      from: 'resource.kind == Kind::"poc"',
      to: 'resource.kind == Kind::"repro_steps"',
      caught: 'reporters-no-poc',
    },
  ],
  'linux-distros': [
    {
      what: 'the kernel rule lapses at disclosure',
      file: 'programme.yaml',
      from: 'events.fixReadyAt: to_come}',
      to: 'events.fixReadyAt: to_come}\n    until: T0',
      caught: 'kernel-fix-first',
    },
    {
      what: 'who ships another Unix is spared of what is Linux alone',
      file: 'programme.yaml',
      from: 'products: [linux]}',
      to: 'products: [linux, other_unix]}',
      caught: 'linux-only',
    },
    {
      what: 'the embargo is the fifteen days that nobody accepts',
      file: 'programme.yaml',
      from: 'distros: 14d',
      to: 'distros: 15d',
      caught: 'not-longer',
    },
  ],
  kubernetes: [
    {
      what: 'a proof of concept is published',
      file: 'programme.yaml',
      from: /(poc: +\{distributors: lead, reduced: never, everyone: )never/,
      to: '$1T0',
      caught: 'no-exploit-public',
    },
    {
      what: 'distributors are told six days before',
      file: 'programme.yaml',
      // With the clock's own bound, which would refuse the lead alone.
      from: /distributors: 28d([\s\S]*?)at_least: 7d/,
      to: 'distributors: 6d$1at_least: 6d',
      caught: 'on-time',
    },
  ],
  xen: [
    {
      what: 'steps to reproduce go to the list',
      file: 'programme.yaml',
      from: /(repro_steps: +\{predisclosure: )never/,
      to: '$1lead',
      caught: 'only-what-fixes',
    },
  ],
  openssl: [
    {
      what: 'what nobody has rated is taken for severe',
      file: 'programme.yaml',
      from: '[unknown, low]',
      to: '[low]',
      caught: 'low-not-early',
    },
  ],
  openstack: [
    {
      what: 'the reporter is barred, and not the employer',
      file: 'programme.yaml',
      from: '[conflicted]',
      to: '[reporter]',
      caught: 'no-advantage',
    },
  ],
};

for (const name of SHIPPED_PACKS) {
  const slips = SLIPS[name] ?? [];
  test(`${name} has a slip here that its invariants catch`, () => assert.ok(slips.length > 0));
  for (const { what, file, from, to, caught } of slips) {
    test(`${name}: ${what}: ${caught} says so`, () => {
      const files = packFiles(name);
      const text = files.get(file) ?? '';
      const slipped = text.replace(from, to);
      assert.notEqual(slipped, text);
      const { ok, findings } = checkPack(files.set(file, slipped), sha256);
      assert.equal(ok, false);
      const messages = findings
        .filter(({ level }) => level === 'error')
        .map((each) => each.message);
      assert.ok(
        messages.some((message) => message.includes(` ${caught} `)),
        messages.join('\n'),
      );
    });
  }
}
