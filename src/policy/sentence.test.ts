import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Asking, asking } from '../../tests/support/asking.ts';
import { bareFiles, policyOf, sha256 } from '../../tests/support/packs.ts';
import { BOUND, FAR_AHEAD, T0 } from '../../tests/support/policy-facts.ts';
import { type Decision, OUTCOMES, REASON_CODES } from '../domain/decision.ts';
import { DAY_MS, HOUR_MS, type Instant, parseInstant, plus } from '../domain/instant.ts';
import { NO_EVENTS } from '../domain/vulnerability.ts';
import { compilePolicy, decideRelease, type Policy } from './decide.ts';
import { parsePack } from './pack.ts';
import { sentenceFor } from './sentence.ts';

const MAPP = policyOf('mapp');
const day = (n: number): Instant => plus(T0, n * DAY_MS);

/** The sentence for what the policy decides on these facts at an instant. */
function says(policy: Policy, asked: Asking, now: Instant, hasReduced?: boolean): string {
  const facts = asking(policy, asked);
  return sentenceFor(policy, facts, decideRelease(policy, facts, now), now, hasReduced);
}

describe('a wave', () => {
  test('that has not opened is told with its instant, tier and lead', () => {
    const entry = { tier: 'entry' };
    const words = 'Not before 7 Jul 17:00 UTC: Entry tier, 24 h lead';
    assert.equal(says(MAPP, entry, day(-30)), words);
    assert.equal(says(MAPP, entry, plus(T0, -24 * HOUR_MS - 1)), words);
    assert.equal(
      says(MAPP, { tier: 'ans' }, day(-30)),
      'Not before 3 Jul 17:00 UTC: ANS tier, 5 d lead',
    );
  });

  test('that has opened is told with the instant since when, before and after disclosure', () => {
    const validate = { tier: 'validate' };
    const since = 'Given since 24 Jun 17:00 UTC: Validate tier, 14 d lead';
    assert.equal(says(MAPP, validate, plus(day(-14), 1)), since);
    assert.equal(says(MAPP, validate, day(3)), since);
    const from = 'Given from 24 Jun 17:00 UTC: Validate tier, 14 d lead';
    assert.equal(says(MAPP, validate, day(-14)), from);
  });

  test('of a cell is told with the lead of the cell', () => {
    const files = bareFiles();
    const table = files.get('programme.yaml') ?? '';
    files.set('programme.yaml', table.replace(/(poc: +\{validate: )lead/, '$190m'));
    const policy = compilePolicy(parsePack(files), sha256);
    const poc: Asking = { artifact: { kind: 'poc' } };
    assert.equal(
      says(policy, poc, day(-1)),
      'Not before 8 Jul 15:30 UTC: Validate tier, 90 min lead',
    );
  });

  test('that opens at disclosure is told as disclosure', () => {
    const words = 'the alert has been disclosed';
    assert.equal(says(policyOf('oracle'), {}, day(1)), `Given since 8 Jul 17:00 UTC: ${words}`);
  });
});

describe('another year, and seconds, are said', () => {
  test('where they are not those of now, or not zero', () => {
    const before = parseInstant('2024-12-31T23:59:59Z');
    const words = 'Not before 24 Jun 2025 17:00 UTC: Validate tier, 14 d lead';
    assert.equal(says(MAPP, {}, before), words);
    const signedAt = parseInstant('2025-07-01T08:30:15.250Z');
    const late: Asking = { enrolment: { agreement: { signedAt, expiresAt: FAR_AHEAD } } };
    assert.equal(
      says(MAPP, late, day(-10)),
      'Not before 1 Jul 08:30:15.250 UTC: no agreement of the participant is in force',
    );
  });
});

describe('a description in its place', () => {
  const poc: Asking = { artifact: { kind: 'poc' }, enrolment: { duty: BOUND } };
  const why = 'a law obliges the participant to report known vulnerabilities to a government';

  test('is told before it is given, and when it is', () => {
    const from = `General description only, from 8 Jul 17:00 UTC: ${why}`;
    assert.equal(says(MAPP, poc, day(-30)), from);
    assert.equal(says(MAPP, poc, plus(T0, -1)), from);
    const since = `General description only since 8 Jul 17:00 UTC: ${why}`;
    assert.equal(says(MAPP, poc, day(1)), since);
  });

  test('is not promised where there is none', () => {
    const facts = asking(MAPP, poc);
    for (const now of [day(-1), day(1)]) {
      const { reasons } = decideRelease(MAPP, facts, now);
      const said = sentenceFor(MAPP, facts, { outcome: 'deny', reasons }, now, false);
      assert.equal(said, `Not given: ${why}`);
    }
  });
});

describe('what a person must decide', () => {
  const low: Asking = { vulnerability: { vector: 'network', score: 2 } };
  const why = 'a score below 4.0 lets the team slow down';

  test('is told with what ends it, and in the words of the exception', () => {
    const envoy = policyOf('envoy');
    assert.equal(
      says(envoy, low, day(-20)),
      `Held: a person must decide (${why}); given from 8 Jul 17:00 UTC`,
    );
    assert.equal(
      says(envoy, low, day(-30)),
      `Not before 17 Jun 17:00 UTC, and then only if a person decides so: ${why}; ` +
        'distributor tier, 21 d lead',
    );
  });

  test('and ends by no rule has no date', () => {
    const words = 'dissemination to a CSIRT whose confidentiality is in doubt may be delayed';
    assert.equal(
      says(policyOf('cra'), { doubted: true }, day(-1)),
      `Held: a person must decide (${words})`,
    );
  });
});

test('who is refused whatever the time is told why, and no date', () => {
  const suspended: Asking = { enrolment: { standing: 'suspended' } };
  const why = "the participant's standing in the programme is not active";
  for (const now of [day(-30), day(-1), day(30)]) {
    assert.equal(says(MAPP, suspended, now), `Not given: ${why}`);
  }
});

test('what waits for something later than its wave is told by that, not by the wave', () => {
  const distros = policyOf('linux-distros');
  const kernel: Asking = {
    profile: { products: ['linux'] },
    vulnerability: { products: ['linux_kernel'], events: { ...NO_EVENTS, fixReadyAt: day(-3) } },
  };
  const why = 'issues of the Linux kernel reach the lists only once there is a fix';
  assert.equal(says(distros, kernel, day(-30)), `Not before 5 Jul 17:00 UTC: ${why}`);
  const since = "the wave of the participant's tier has opened";
  assert.equal(says(distros, kernel, day(-1)), `Given since 5 Jul 17:00 UTC: ${since}`);
});

test('the public is told of documents, and of what is not for it', () => {
  const facts = (kind: 'advisory' | 'poc') => ({
    ...asking(MAPP, { artifact: { kind } }),
    principal: { kind: 'public' } as const,
  });
  const said = (kind: 'advisory' | 'poc', now: Instant) =>
    sentenceFor(MAPP, facts(kind), decideRelease(MAPP, facts(kind), now), now);
  const since = 'Given since 8 Jul 17:00 UTC: the document is public since disclosure';
  assert.equal(said('advisory', day(1)), since);
  const not = 'not for the public, or not before disclosure';
  assert.equal(said('advisory', day(-1)), `Not before 8 Jul 17:00 UTC: ${not}`);
  assert.equal(said('poc', day(1)), `Not given: ${not}`);
});

test('what something other than the policy decided is told without a date of the policy', () => {
  const facts = asking(MAPP, {});
  const doubt: Decision = { outcome: 'hold', reasons: [{ code: 'CLOCK_DOUBT', policy: '' }] };
  const words = "Held: a person must decide (the system's clocks disagree)";
  assert.equal(sentenceFor(MAPP, facts, doubt, day(-1)), words);
  const broken = { ...facts, assurance: 'shouted' } as unknown as typeof facts;
  const failed = decideRelease(MAPP, broken, day(-1));
  const none = 'Not given: the policy could not be evaluated';
  assert.equal(sentenceFor(MAPP, broken, failed, day(-1)), none);
});

test('every outcome, for every reason there is, is a sentence in the words of the pack', () => {
  const facts = asking(MAPP, {});
  for (const outcome of OUTCOMES) {
    for (const code of REASON_CODES) {
      const reasons = [{ code, policy: 'some-rule' }];
      const said = sentenceFor(MAPP, facts, { outcome, reasons }, day(-30));
      assert.match(said, /^(?:Given|General description only|Held|Not given|Not before) ?/);
      const isWave = ['TOO_EARLY', 'LEAD_OPEN'].includes(code) && outcome === 'deny';
      const words = isWave ? 'Validate tier, 14 d lead' : MAPP.words.reasons[code];
      assert.ok(said.includes(words), `${outcome} ${code}: ${said}`);
    }
  }
});
