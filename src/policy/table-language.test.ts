import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bareFiles, sha256 } from '../../tests/support/packs.ts';
import { factsOf, SCHEDULE, T0 } from '../../tests/support/policy-facts.ts';
import type { ReleaseFacts } from '../domain/decision.ts';
import { NO_PROFILE } from '../domain/enrolment.ts';
import { HOUR_MS, type Instant, plus } from '../domain/instant.ts';
import { resolveSchedule } from '../domain/schedule.ts';
import { NO_EVENTS, UNASSESSED, type VulnerabilityFacts } from '../domain/vulnerability.ts';
import { compilePolicy, decideRelease, type Policy } from './decide.ts';
import { DEFAULT_DUTIES } from './duties/rules.ts';
import { DEFAULT_EMBARGO } from './embargo/rules.ts';
import { parsePack } from './pack.ts';

/** `mapp` with more sections, and with the row of proofs of concept replaced. */
function files(more: string, poc = 'lead', words = ''): Map<string, string> {
  const found = bareFiles();
  const table = (found.get('programme.yaml') ?? '').replace(
    /( {2}poc: +\{validate: lead, ans: lead, entry: )lead/,
    `$1${poc}`,
  );
  found.set('programme.yaml', `${table}\n${more}`);
  return found.set('words.yaml', `${found.get('words.yaml') ?? ''}\n${words}`);
}

function policyOf(more: string, poc?: string, words?: string): Policy {
  return compilePolicy(parsePack(files(more, poc, words)), sha256);
}

/** Outcome and leading reason at an instant, for facts whose schedule is the policy's own. */
function at(policy: Policy, facts: ReleaseFacts, now: Instant): string {
  const schedule = resolveSchedule(T0, policy.leads);
  const { outcome, reasons } = decideRelease(policy, { ...facts, schedule }, now);
  return `${outcome} ${reasons[0]?.code}`;
}

const before = (instant: Instant): Instant => plus(instant, -1);

describe('a cell', () => {
  test('with a lead of its own opens at that lead, to the millisecond', () => {
    const policy = policyOf('', '48h');
    const opens = plus(T0, -48 * HOUR_MS);
    assert.equal(at(policy, factsOf(), before(opens)), 'deny TOO_EARLY');
    assert.equal(at(policy, factsOf(), opens), 'allow LEAD_OPEN');
    const advisory = factsOf({}, { kind: 'advisory', variant: 'full' });
    assert.equal(at(policy, advisory, before(plus(T0, -24 * HOUR_MS))), 'deny TOO_EARLY');
  });

  test('of the reduced form gives the general description alone, from then on', () => {
    const policy = policyOf('', '12h reduced');
    const opens = plus(T0, -12 * HOUR_MS);
    assert.equal(at(policy, factsOf(), before(opens)), 'deny TOO_EARLY');
    assert.equal(at(policy, factsOf(), opens), 'allow_reduced REDUCED_ONLY');
    assert.equal(at(policy, factsOf(), T0), 'allow_reduced REDUCED_ONLY');
  });

  test('never gives it reduced or not at all, but not both', () => {
    assert.throws(() => parsePack(files('', 'never reduced')), /expected one of lead, T0, never/);
    assert.throws(() => parsePack(files('', 'soon')), /expected one of lead, T0, never/);
  });
});

describe('a named exception', () => {
  const low = `exceptions:
  low-severity:
    reason: SEVERITY_TOO_LOW
    when: {alert.severity: [unknown, low]}
    unless: {tier: [validate], alert.impacts: [privilege_escalation]}
    until: T0
  low-score:
    reason: HELD_FOR_REVIEW
    outcome: hold
    when: {alert.score: below 4.0}
    until: T0
  after-fix:
    reason: FIX_NOT_READY
    when: {alert.products: [kernel], events.fixReadyAt: to_come}
products: [kernel]`;
  const words = `products: {kernel: the kernel}
exceptions: {low-severity: a, low-score: b, after-fix: c}`;
  const policy = policyOf(low, 'lead', words);
  const facts = (known: Partial<VulnerabilityFacts>, tier = 'entry'): ReleaseFacts => ({
    ...factsOf({ tier }),
    vulnerability: { ...UNASSESSED, severity: 'high', score: 9.8, ...known },
  });
  const open = SCHEDULE.opensAt['entry'] ?? T0;

  test('bites where all it asks for holds, and ends with its instant', () => {
    assert.equal(at(policy, facts({}), open), 'allow LEAD_OPEN');
    assert.equal(at(policy, facts({ severity: 'low' }), open), 'deny SEVERITY_TOO_LOW');
    assert.equal(at(policy, facts({ severity: 'low' }), before(T0)), 'deny SEVERITY_TOO_LOW');
    assert.equal(at(policy, facts({ severity: 'low' }), T0), 'allow LEAD_OPEN');
  });

  test('spares whom one of its clauses spares', () => {
    assert.equal(at(policy, facts({ severity: 'low' }, 'validate'), open), 'allow LEAD_OPEN');
    const escalates = facts({ severity: 'low', impacts: ['privilege_escalation'] });
    assert.equal(at(policy, escalates, open), 'allow LEAD_OPEN');
  });

  test('that holds asks a person; what nobody scored counts as below', () => {
    assert.equal(at(policy, facts({ score: 4 }), open), 'allow LEAD_OPEN');
    assert.equal(at(policy, facts({ score: 3.9 }), open), 'hold HELD_FOR_REVIEW');
    assert.equal(at(policy, facts({ score: null }), open), 'hold HELD_FOR_REVIEW');
  });

  test('that waits for an event ends with it, and not where the event never comes', () => {
    const kernel = (fixReadyAt: Instant | null) =>
      facts({ products: ['kernel'], events: { ...NO_EVENTS, fixReadyAt } });
    assert.equal(at(policy, kernel(null), T0), 'deny FIX_NOT_READY');
    assert.equal(at(policy, kernel(open), before(open)), 'deny FIX_NOT_READY');
    assert.equal(at(policy, kernel(open), open), 'allow LEAD_OPEN');
  });

  test('is refused with the line where it names what there is not', () => {
    const refuses = (section: string, message: RegExp) =>
      assert.throws(() => parsePack(files(section, 'lead', 'exceptions: {new: x}')), { message });
    const of = (when: string) => `exceptions:\n  new:\n    reason: NO_CONSENT\n    when: {${when}}`;
    refuses(of('colour: [red]'), /programme\.yaml:\d+: unknown attribute colour \(known: tier/);
    refuses(of('tier: [gold]'), /programme\.yaml:\d+: .*expected one of validate, ans, entry/);
    refuses(of('alert.score: high'), /programme\.yaml:\d+: .*below 4\.0/);
    refuses(of('kind: []'), /at least one of advisory/);
    refuses(of('events.publicAt: maybe'), /expected one of past, to_come/);
  });
});

test('a criterion shuts everything at the instant its evidence runs out', () => {
  const words = 'criteria: {makes_signatures: it writes its own signatures}';
  const policy = policyOf('release_criteria: [makes_signatures]', 'lead', words);
  const until = plus(T0, HOUR_MS);
  const evidenced = (criteria: Record<string, Instant>) =>
    factsOf({ profile: { ...NO_PROFILE, criteria } });
  assert.equal(
    at(policy, evidenced({ makes_signatures: until }), before(until)),
    'allow LEAD_OPEN',
  );
  assert.equal(at(policy, evidenced({ makes_signatures: until }), until), 'deny CRITERION_LAPSED');
  assert.equal(at(policy, evidenced({}), T0), 'deny CRITERION_LAPSED');
});

describe('what a programme lays down besides the table', () => {
  const sections = `embargo: {ends_without_fix: 90d}
duties:
  regulators: [rmsv]
  intake_log: 6mo`;

  test('is read with the pack, and holds its defaults where the pack has no section', () => {
    const { embargo, duties } = parsePack(files(sections)).table;
    assert.deepEqual(embargo, { ...DEFAULT_EMBARGO, endsWithoutFixMs: 90 * 24 * HOUR_MS });
    assert.deepEqual(duties, { ...DEFAULT_DUTIES, regulators: ['rmsv'], intakeLogMonths: 6 });
    const { table } = parsePack(files(''));
    assert.deepEqual([table.embargo, table.duties], [DEFAULT_EMBARGO, DEFAULT_DUTIES]);
  });

  test('is refused with the pack, by its own line and full name', () => {
    const refuses = (from: string, to: string, message: RegExp) =>
      assert.throws(() => parsePack(files(sections.replace(from, to))), {
        code: 'POLICY_INVALID',
        message,
      });
    refuses('90d', '90', /programme\.yaml:\d+: embargo\.ends_without_fix: expected a time such/);
    refuses('6mo', '5mo', /programme\.yaml:\d+: duties\.intake_log: expected at least 6mo/);
    refuses('  intake_log: 6mo', '', /programme\.yaml:\d+: missing duties\.intake_log \(rmsv/);
  });
});
