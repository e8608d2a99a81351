import type { ArtifactKind, Assurance } from '../domain/artifact.ts';
import type { Tier } from '../domain/enrolment.ts';
import type { Instant } from '../domain/instant.ts';
import type { Threads } from '../domain/message.ts';
import { type Lead, resolveSchedule, type Schedule } from '../domain/schedule.ts';
import type { VulnerabilityFacts } from '../domain/vulnerability.ts';
import { checkSchema, validateCedar } from './cedar.ts';
import type { DutyRules } from './duties/rules.ts';
import type { EligibilitySection } from './eligibility/section.ts';
import type { EmbargoRules } from './embargo/rules.ts';
import { buildEngine, type Engine, notesOn } from './engine.ts';
import type { MarkingRules } from './marking-rules.ts';
import type { PolicyPack } from './pack.ts';
import type { Rule } from './rule.ts';
import { compress } from './timing/compress.ts';
import type { Timing } from './timing/section.ts';
import { acceptableUnder, type Reads } from './transition.ts';
import type { UseSection } from './use/section.ts';
import { cedarSchema } from './vocabulary.ts';
import type { Words } from './words.ts';

/** A compiled pack: what `decide` and its kin are asked about. Immutable to its users. */
export type Policy = {
  readonly name: string;
  readonly version: number;
  /** Digest of the pack's files, logged at load and stored with what was decided under it. */
  readonly sha256: string;
  /** Earliest first. */
  readonly tiers: readonly Tier[];
  /** One of each tier, under its name, then those of single cells. */
  readonly leads: Readonly<Record<string, Lead>>;
  /** Products or platforms that rules may name, and criteria whose evidence they ask for. */
  readonly products: readonly string[];
  readonly criteria: readonly string[];
  /** The clock that a schedule is held against; null: the pack has none but its leads. */
  readonly timing: Timing | null;
  readonly words: Words;
  /**
   * Everything is decided and logged, and nothing sent: no participant sees anything of any alert,
   * nobody is told, nothing becomes public.
   */
  readonly shadow: boolean;
  /** Who reads what participants write about an alert. */
  readonly threads: Threads;
  /** How copies of each kind are marked; of a kind that is not named, as each author says. */
  readonly marking: MarkingRules;
  /** What the programme lays down for its embargoes. */
  readonly embargo: EmbargoRules;
  /** Who may join, and on what evidence; null: nobody applies. */
  readonly eligibility: EligibilitySection | null;
  /** What members may do with copies, and from when; null: whatever the alert lists. */
  readonly use: UseSection | null;
  /** What the issuer and its members owe. */
  readonly duties: DutyRules;
  readonly rules: readonly Rule[];
  /** The Cedar schema that rules and requests are validated against. */
  readonly schema: string;
  /** The least assurance with which a kind may leave before disclosure. */
  leastAssurance(kind: ArtifactKind): Assurance;
  /** The attributes that each rule reads, by its id. */
  readonly reads: Reads;
  /** The machinery of `decide`; nobody else's business. */
  readonly engine: Engine;
};

/**
 * The schedule of an alert under a policy. @throws INVALID_INPUT where a lead in business days
 * meets a gap of the pack's calendar, or its wave would open after disclosure.
 */
export function scheduleUnder(policy: Policy, disclosureAt: Instant): Schedule {
  return resolveSchedule(disclosureAt, policy.leads, policy.timing?.calendars);
}

/**
 * The schedule that an alert gets at `now`. Of one that is disclosed no lead is to come, so that no
 * gap of a calendar can stand in the way of another policy. @throws as `scheduleUnder`.
 */
export function scheduleAt(policy: Policy, disclosureAt: Instant, now: Instant): Schedule {
  if (disclosureAt > now) return scheduleUnder(policy, disclosureAt);
  const opensAt = Object.keys(policy.leads).map((lead) => [lead, disclosureAt] as const);
  return { disclosureAt, opensAt: Object.fromEntries(opensAt) };
}

/**
 * A schedule with what exploitation brings forward to `now`, where the pack says so; the same one
 * where that is nothing. Who was told already loses nothing by it.
 */
export function broughtForward(
  { timing }: Policy,
  schedule: Schedule,
  vulnerability: VulnerabilityFacts,
  now: Instant,
): Schedule {
  if (timing === null) return schedule;
  return compress(timing, schedule, { now, vulnerability, told: {} })?.schedule ?? schedule;
}

/**
 * Validates a pack against its schema and compiles it to closures.
 * @param sha256 gives the lower-case hex digest of a text; this folder knows no hash of its own.
 * @throws POLICY_INVALID naming file, line and remedy: an unknown attribute or value, a type error,
 * a policy that can never apply, a Cedar construct outside the closed list.
 */
export function compilePolicy(pack: PolicyPack, sha256: (text: string) => string): Policy {
  const { table, vocabulary, words, rules, invariants } = pack;
  const schema = cedarSchema(vocabulary);
  checkSchema(schema);
  for (const [file, text] of pack.cedar) validateCedar(schema, file, text);
  for (const { rule } of invariants) notesOn(rule, vocabulary);
  const reads = new Map(rules.map((rule) => [rule.id, notesOn(rule, vocabulary).attributes]));
  const acceptable = acceptableUnder(rules, reads, table.criteria);
  const sealed = new Set(table.sealedBeforeDisclosure);
  return {
    name: table.pack,
    version: table.version,
    sha256: sha256(pack.source),
    tiers: table.tiers,
    leads: table.leads,
    products: table.products,
    criteria: table.criteria,
    timing: table.timing,
    words,
    shadow: table.shadow,
    threads: table.threads,
    marking: table.marking,
    embargo: table.embargo,
    eligibility: table.eligibility,
    use: table.use,
    duties: table.duties,
    rules,
    schema,
    leastAssurance: (kind) => (sealed.has(kind) ? 'sealed' : 'transport'),
    reads,
    engine: buildEngine(rules, { ...vocabulary, acceptable }),
  };
}
