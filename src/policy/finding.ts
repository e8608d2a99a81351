/** What a check can find. */
export const FINDING_CODES = [
  'POLICY_INVALID',
  'RULE_FAILS',
  'RULE_NEVER_APPLIES',
  'RULE_SHADOWED',
  'ENGINES_DISAGREE',
  'INVARIANT_VIOLATED',
  'INVARIANT_UNMET',
  'IMPOSSIBLE_TOGETHER',
  'TOO_MANY_CLASSES',
] as const;
/** One of `FINDING_CODES`. */
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing found in a pack. */
export type Finding = {
  /** An error refuses the pack; a warning is for its author to read. */
  readonly level: 'error' | 'warning';
  readonly code: FindingCode;
  /** Begins with file and line, where there is one. */
  readonly message: string;
  /** A request that shows it. */
  readonly example: string | null;
  /** Ids of the rules concerned, the one at fault or found wanting first. */
  readonly rules: readonly string[];
};
