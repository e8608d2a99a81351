import { invalid, TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { AlertId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Policy } from '../../policy/policy.ts';
import { type Finding, verdictOf } from '../../policy/timing/check.ts';
import { LEVELS, type Level, type TimingCode } from '../../policy/timing/clock.ts';
import { reasonsOf } from '../../policy/timing/clocks.ts';
import type { Period } from '../../policy/timing/span.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { Acceptance, TimingRecord } from './alert-head.ts';
import { findingsOn, lookAt, type Standing } from './timing-facts.ts';

export { LEVELS as TIMING_LEVELS, TIMING_CODES } from '../../policy/timing/clock.ts';

/** What whoever asks for a date, or approves it, says for it. */
export type TimingAnswers = {
  /** Words of the pack for another length of the embargo. */
  readonly reasons: readonly string[];
  /** Why somebody takes a finding upon themselves, by its code. */
  readonly accept: Readonly<Partial<Record<TimingCode, string>>>;
};

/** Nothing is said for it. */
export const NO_ANSWERS: TimingAnswers = { reasons: [], accept: {} };

/** Longest text that says why, in UTF-16 units. */
export const MAX_WHY = 500;

/** A date to be held against the clock of a policy. */
type Asked = {
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly standing: Standing;
  /** What was said for this very date before. */
  readonly kept: TimingRecord;
  readonly by: PersonId;
  /** Whether this is the approving second person, who alone may accept a hold. */
  readonly second: boolean;
};

/** Codes and words for the ledger: what was accepted at which level, given, or set aside. */
type Said = { readonly code: string; readonly as: Level | 'reason' | 'set_aside' };

/** What is to be kept of a date that passed, and what of it is new. */
export type Held = { readonly record: TimingRecord; readonly said: readonly Said[] };

/**
 * Holds a date against the clock. A rejection is final; a warning takes a reason of anybody; a hold
 * passes whoever asks for the date, and takes a reason of whoever approves it.
 * @throws TIMING_REFUSED naming every finding that stands; INVALID_INPUT for a word that the pack
 * does not have, an answer to no finding, and where a calendar has a gap.
 */
export function holdDate(
  { policy, schedule, standing, kept, by, second }: Asked,
  answers: TimingAnswers,
  now: Instant,
): Held {
  checkReasons(policy, answers.reasons);
  const reasons = [...new Set([...kept.reasons, ...answers.reasons])];
  const findings = findingsOn(policy, schedule, standing, reasons, now);
  const given = Object.entries(answers.accept).map(([code, why]) => {
    const level = levelOf(findings, code, second);
    if (why.trim() === '' || why.length > MAX_WHY) {
      throw invalid(`accept.${code}`, `1 to ${MAX_WHY} characters`, why.length);
    }
    return { code: code as TimingCode, why, level };
  });
  const why = Object.fromEntries([...kept.accepted, ...given].map((each) => [each.code, each.why]));
  const open = findings.filter((finding) =>
    finding.level === 'hold'
      ? second && answers.accept[finding.code] === undefined
      : verdictOf([finding], why) !== 'save',
  );
  if (open.length > 0) throw refusal(open);
  const accepted = given.map(({ code, why }): Acceptance => ({ code, why, by, at: now }));
  return {
    record: { reasons, accepted: [...kept.accepted, ...accepted] },
    said: [
      ...answers.reasons.map((code) => ({ code, as: 'reason' as const })),
      ...given.map(({ code, level }) => ({ code, as: level })),
    ],
  };
}

function checkReasons({ timing }: Policy, reasons: readonly string[]): void {
  const known = timing === null ? [] : reasonsOf(timing);
  for (const [i, reason] of reasons.entries()) {
    if (known.includes(reason)) continue;
    throw invalid(`reasons[${i}]`, `one of ${known.join(', ') || 'none'}`, reason);
  }
}

/** The level of what an answer is to, the highest of several. @throws INVALID_INPUT */
function levelOf(findings: readonly Finding[], code: string, second: boolean): Level {
  const levels = findings.filter((each) => each.code === code).map(({ level }) => level);
  const level = LEVELS.find((each) => levels.includes(each));
  if (level === undefined) throw invalid(`accept.${code}`, 'a finding on this date', 'none');
  if (level === 'hold' && !second) {
    throw invalid(`accept.${code}`, 'an answer by the person who approves', 'one before that');
  }
  return level;
}

/**
 * The record of what opens no embargo: an emergency, or what is public. No clock stands in its way;
 * whatever would have taken more than a reason is set aside.
 */
export function setAside({ policy, schedule, standing, kept }: Asked, now: Instant): Held {
  const { findings } = lookAt(policy, schedule, standing, kept.reasons, now);
  const codes = new Set(findings.filter(({ level }) => level !== 'warn').map(({ code }) => code));
  return { record: kept, said: [...codes].map((code) => ({ code, as: 'set_aside' })) };
}

/** Puts it in the ledger. Why somebody said so is content, and stays in the alert's head. */
export async function recordSaid(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  about: { readonly alert: AlertId; readonly disclosureAt: Instant },
  said: readonly Said[],
): Promise<void> {
  for (const each of said) {
    await recordEvent(tx, { type: 'timing_accepted', ...act, data: { ...about, ...each } });
  }
}

function refusal(findings: readonly Finding[]): TocsinError {
  const message = `disclosureAt: ${findings.map(inWords).join('; ')}`;
  return new TocsinError('TIMING_REFUSED', message, { field: 'disclosureAt' });
}

const REMEDY: Readonly<Record<Level, string>> = {
  reject: '',
  warn: ' (or accept it with a reason)',
  hold: ' (or accept it with a reason, as the person who approves)',
};

/** A finding as a message says it: code, key, what would do, and what was found. */
function inWords({ code, field, name, level, asks, expected, found }: Finding): string {
  const about = name === null || field.endsWith(`.${name}`) ? field : `${field}, ${name}`;
  const would = expected.length === 0 ? 'at no time' : expected.map(periodText).join(' or ');
  const when = `expected ${asks} ${would}, found ${formatInstant(found)}`;
  return `${code} (${about}): ${when}${REMEDY[level]}`;
}

function periodText({ from, to }: Period): string {
  if (from !== null && from === to) return `at ${formatInstant(from)}`;
  const [first, last] = [from && `from ${formatInstant(from)}`, to && `until ${formatInstant(to)}`];
  return [first, last].filter((end) => end !== null).join(' ') || 'at any time';
}
