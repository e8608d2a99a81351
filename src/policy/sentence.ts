import {
  type Decision,
  effectiveDecision,
  type Outcome,
  type Reason,
  type ReasonCode,
  type ReleaseFacts,
} from '../domain/decision.ts';
import { formatInstant, type Instant, instant } from '../domain/instant.ts';
import { changesAt, decideRelease } from './decide.ts';
import { durationSigns } from './duration-words.ts';
import type { Policy } from './policy.ts';

/** What the instants of a sentence are found with. */
type Asked = {
  readonly policy: Policy;
  readonly facts: ReleaseFacts;
  readonly now: Instant;
  /** The outcome at an instant, as it comes to. */
  readonly outcomeAt: (at: Instant) => Outcome;
};

/**
 * A decision as a sentence, in the words of the pack: what is given, since or from when on, and
 * why, or why not. `Not before 8 Jul 17:00 UTC: Entry tier, 24 h lead`.
 * @param decision what `decideRelease` answered on these facts at `now`, or what was made of it.
 * @param hasReduced whether a reduced variant is linked that could stand in.
 */
export function sentenceFor(
  policy: Policy,
  facts: ReleaseFacts,
  decision: Decision,
  now: Instant,
  hasReduced = true,
): string {
  const outcomeAt = (at: Instant) =>
    effectiveDecision(decideRelease(policy, facts, at), hasReduced).outcome;
  const asked: Asked = { policy, facts, now, outcomeAt };
  // What something other than the policy refused, such as a doubt of the clocks, ends by no rule.
  const isPolicys = outcomeAt(now) === decision.outcome;
  const since = isPolicys ? beganAt(asked) : null;
  const next = isPolicys ? nextChange(asked, now) : null;
  const why = (at: Instant | null) => reasonWords(asked, decision.reasons, at);
  switch (decision.outcome) {
    case 'allow':
      return `Given${begins(asked, since)}: ${why(since)}`;
    case 'allow_reduced':
      return `General description only${begins(asked, since)}: ${why(null)}`;
    case 'hold':
      return `Held: a person must decide (${why(null)})${afterwards(asked, next)}`;
    case 'deny':
      return next === null ? `Not given: ${why(null)}` : notYet(asked, next, why(next));
  }
}

function notYet(asked: Asked, next: Instant, why: string): string {
  const at = moment(next, asked.now);
  switch (asked.outcomeAt(next)) {
    case 'allow_reduced':
      return `General description only, from ${at}: ${why}`;
    case 'hold':
      return `Not before ${at}, and then only if a person decides so: ${why}`;
    default:
      return `Not before ${at}: ${why}`;
  }
}

function begins({ now }: Asked, since: Instant | null): string {
  if (since === null) return '';
  return since === now ? ` from ${moment(since, now)}` : ` since ${moment(since, now)}`;
}

/** What follows a hold that ends in something given; that it ends with an agreement is no news. */
function afterwards(asked: Asked, next: Instant | null): string {
  if (next === null) return '';
  const from = `from ${moment(next, asked.now)}`;
  const outcome = asked.outcomeAt(next);
  if (outcome === 'allow') return `; given ${from}`;
  return outcome === 'allow_reduced' ? `; general description only ${from}` : '';
}

/** The first instant after `after` with another outcome than at `now`. */
function nextChange({ policy, facts, now, outcomeAt }: Asked, after: Instant): Instant | null {
  const outcome = outcomeAt(now);
  let at = changesAt(policy, facts, after);
  while (at !== null && outcomeAt(at) === outcome) at = changesAt(policy, facts, at);
  return at;
}

/** When the outcome of `now` began to hold without a break; null: it always did. */
function beganAt(asked: Asked): Instant | null {
  const { policy, facts, now, outcomeAt } = asked;
  const outcome = outcomeAt(now);
  const first = instant(0);
  let since = outcomeAt(first) === outcome ? first : null;
  let at = changesAt(policy, facts, first);
  for (; at !== null && at <= now; at = changesAt(policy, facts, at)) {
    if (outcomeAt(at) !== outcome) since = null;
    else since ??= at;
  }
  return since === first ? null : since;
}

/**
 * The reasons in words. Where they are about a wave, and `at` is the instant at which that wave
 * opens, the tier and its lead are said instead; where they are not, what else there is is enough.
 */
function reasonWords(asked: Asked, reasons: readonly Reason[], at: Instant | null): string {
  const opening = at === null ? null : openingWords(asked, at);
  const telling = reasons.filter(({ code }) => !isImplied(code, opening !== null));
  const words = (telling.length > 0 ? telling : reasons).map((reason) =>
    opening !== null && WAVE_CODES.includes(reason.code) ? opening : wordsOf(asked, reason),
  );
  return [...new Set(words)].join('; ');
}

const WAVE_CODES: readonly ReasonCode[] = ['TOO_EARLY', 'LEAD_OPEN'];

/** What explains nothing beside another reason. */
function isImplied(code: ReasonCode, opens: boolean): boolean {
  return code === 'REDUCED_VARIANT' || code === (opens ? 'DISCLOSED' : 'TOO_EARLY');
}

const EXCEPTION = 'except.';

function wordsOf({ policy: { words } }: Asked, { code, policy }: Reason): string {
  const name = policy.startsWith(EXCEPTION) ? policy.slice(EXCEPTION.length) : '';
  return words.exceptions[name] ?? words.reasons[code];
}

/** `Entry tier, 24 h lead`, if a wave of the tier opens then: by its own lead, or by a cell's. */
function openingWords({ policy, facts }: Asked, at: Instant): string | null {
  const { principal, schedule } = facts;
  if (principal.kind === 'public' || at === schedule.disclosureAt) return null;
  const { tier } = principal.enrolment;
  const others = Object.keys(policy.leads).filter((name) => !policy.tiers.includes(name));
  const found = [tier, ...others].find((name) => schedule.opensAt[name] === at);
  const lead = found === undefined ? undefined : policy.leads[found];
  if (lead === undefined) return null;
  const long =
    lead.unit === 'calendar'
      ? `${durationSigns(lead.ms)} lead`
      : `${lead.days} business days' lead`;
  return `${policy.words.tiers[tier] ?? tier} tier, ${long}`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** `8 Jul 17:00 UTC`; with the year where it is not that of `now`, with seconds if they count. */
function moment(at: Instant, now: Instant): string {
  const [text, today] = [formatInstant(at), formatInstant(now)];
  const year = text.slice(0, 4);
  const time = text.slice(11, text.length - 1).replace(/^(\d{2}:\d{2}):00(?:\.000)?$/, '$1');
  return `${DAY.format(at)}${year === today.slice(0, 4) ? '' : ` ${year}`} ${time} UTC`;
}
