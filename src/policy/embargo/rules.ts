import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { span } from '../span.ts';
import { fields, form, optional, unexpected, type Yaml } from '../yaml.ts';

/** What a programme lays down for its embargoes: section `embargo:` of `programme.yaml`. */
export type EmbargoRules = {
  /** After how long without a fix an embargo ends by itself, milliseconds; null: never. */
  readonly endsWithoutFixMs: number | null;
  /** How long an invitation stays open, milliseconds. */
  readonly answerWithinMs: number;
  /** How long persons may think about ending the embargo of what is exploited, milliseconds. */
  readonly decideExploitedWithinMs: number;
  /** Share of affected vendors with a fix, in per cent, that suggests an early end; null: none. */
  readonly suggestEndAtPercent: number | null;
};

/** What holds where the section, or a key of it, is absent. Seven days are Vultron's default. */
export const DEFAULT_EMBARGO: EmbargoRules = {
  endsWithoutFixMs: null,
  answerWithinMs: 7 * DAY_MS,
  decideExploitedWithinMs: 30 * MINUTE_MS,
  suggestEndAtPercent: null,
};

/** The longest time for a decision that is due in minutes. */
const MOST_MINUTES_MS = 2 * HOUR_MS;

/**
 * Reads `ends_without_fix` [R12], `answer_within` [R37], `decide_exploited_within` [R54] and
 * `suggest_end_at` [R56]. @throws POLICY_INVALID
 */
export function parseEmbargo(yaml: Yaml): EmbargoRules {
  const found = fields(
    yaml,
    [],
    ['ends_without_fix', 'answer_within', 'decide_exploited_within', 'suggest_end_at'],
  );
  const otherwise = DEFAULT_EMBARGO;
  return {
    endsWithoutFixMs: optional(found.ends_without_fix, span, otherwise.endsWithoutFixMs),
    answerWithinMs: optional(found.answer_within, span, otherwise.answerWithinMs),
    decideExploitedWithinMs: optional(
      found.decide_exploited_within,
      minutes,
      otherwise.decideExploitedWithinMs,
    ),
    suggestEndAtPercent: optional(found.suggest_end_at, percent, otherwise.suggestEndAtPercent),
  };
}

/** Whoever waits longer while attacks go on has decided: to keep the embargo. */
function minutes(yaml: Yaml): number {
  const ms = span(yaml);
  if (ms > MOST_MINUTES_MS) throw unexpected(yaml, 'at most 120m, such as 30m');
  return ms;
}

function percent(yaml: Yaml): number {
  const [, share] = form(yaml, /^([1-9]\d?|100)%$/, 'a share such as 75%');
  return Number(share);
}
