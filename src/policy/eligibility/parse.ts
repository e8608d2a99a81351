import { ROLES, type Role, type Tier } from '../../domain/enrolment.ts';
import { refusePack } from '../refuse.ts';
import { span } from '../span.ts';
import { code, flag, someCodes, someWords, whole } from '../values.ts';
import { MAX_NAMES } from '../vocabulary.ts';
import { entries, fields, text, unexpected, word, type Yaml } from '../yaml.ts';
import {
  CHECKERS,
  CRITERION_KINDS,
  type Criterion,
  type CriterionKind,
  type EligibilitySection,
  type EvidenceRule,
  LAPSES,
  type Question,
  type ReviewRule,
} from './section.ts';

const ASKED = ['asked_of', 'evidence', 'exceptions', 'gates_release'] as const;

/** The keys that each kind of criterion has besides those of all. */
const QUESTION_KEYS: Readonly<Record<CriterionKind, readonly ('least' | 'words')[]>> = {
  minimum: ['least'],
  must_not: ['words'],
  one_of: ['words'],
  attestation: [],
  sponsor: [],
  not_rebuild: [],
  role_address: ['words'],
};

/**
 * Parses the `eligibility:` section (docs/policy/eligibility.md).
 * @param tiers of the pack, earliest first
 * @throws POLICY_INVALID naming file, line and what is missing, unknown or never asked.
 */
export function parseEligibility(yaml: Yaml, tiers: readonly Tier[] = []): EligibilitySection {
  const root = fields(yaml, ['seats', 'criteria'], ['review', 'joins_at']);
  const seats = parseSeats(root.seats);
  const criteria = [...entries(root.criteria)].map(([name, criterion]) =>
    parseCriterion(name, criterion, seats),
  );
  if (criteria.length === 0 || criteria.length >= MAX_NAMES) {
    throw unexpected(root.criteria, `1 to ${MAX_NAMES - 1} criteria`);
  }
  return {
    seats,
    criteria,
    review: root.review === undefined ? null : parseReview(root.review),
    joinsAt: root.joins_at === undefined ? null : word(root.joins_at, tiers),
  };
}

function parseSeats(yaml: Yaml): Map<Role, number | null> {
  const found = [...entries(yaml)].map(([name, seats]) => {
    const role = ROLES.find((each) => each === name);
    if (role === undefined) {
      throw refusePack(seats.place, `unknown class ${seats.path}`, `known: ${ROLES.join(', ')}`);
    }
    const unlimited = seats.node?.toJSON() === 'unlimited';
    return [role, unlimited ? null : whole(seats, 1)] as const;
  });
  if (found.length === 0) throw unexpected(yaml, 'at least one class, such as vendor: unlimited');
  return new Map(found);
}

function parseCriterion(
  name: string,
  yaml: Yaml,
  seats: ReadonlyMap<Role, number | null>,
): Criterion {
  const kind = parseKind(yaml);
  const keys = fields(yaml, ['kind', 'says', ...QUESTION_KEYS[kind]], ASKED);
  return {
    ...parseQuestion(kind, yaml),
    code: code(name, yaml),
    says: text(keys.says),
    of: keys.asked_of === undefined ? [] : parseClasses(keys.asked_of, seats),
    evidence: keys.evidence === undefined ? null : parseEvidence(keys.evidence),
    exceptions: keys.exceptions !== undefined && flag(keys.exceptions),
    gatesRelease: keys.gates_release !== undefined && flag(keys.gates_release),
  };
}

function parseKind(yaml: Yaml): CriterionKind {
  const kind = entries(yaml).get('kind');
  if (kind === undefined) {
    throw refusePack(yaml.place, `missing ${yaml.path}.kind`, CRITERION_KINDS.join(', '));
  }
  return word(kind, CRITERION_KINDS);
}

function parseQuestion(kind: CriterionKind, yaml: Yaml): Question {
  const found = entries(yaml);
  const key = (name: 'least' | 'words') => found.get(name) ?? yaml;
  switch (kind) {
    case 'minimum':
      return { kind, least: whole(key('least'), 1) };
    case 'must_not':
    case 'one_of':
    case 'role_address':
      return { kind, words: someCodes(key('words')) };
    case 'attestation':
    case 'sponsor':
    case 'not_rebuild':
      return { kind };
  }
}

/** A criterion for a class that nobody can apply in would never be asked. */
function parseClasses(yaml: Yaml, seats: ReadonlyMap<Role, number | null>): Role[] {
  const classes = someWords(yaml, ROLES);
  const none = classes.find((role) => !seats.has(role));
  if (none === undefined) return classes;
  throw refusePack(yaml.place, `${yaml.path}: no seats for ${none}`, 'add it to seats');
}

function parseEvidence(yaml: Yaml): EvidenceRule {
  const keys = fields(yaml, ['checked_by', 'on_expiry'], ['valid']);
  return {
    checkedBy: word(keys.checked_by, CHECKERS),
    validMs: keys.valid === undefined ? null : span(keys.valid),
    onExpiry: word(keys.on_expiry, LAPSES),
  };
}

function parseReview(yaml: Yaml): ReviewRule {
  const keys = fields(yaml, ['every', 'grace'], ['value']);
  return {
    everyMs: span(keys.every),
    graceMs: span(keys.grace),
    value: keys.value === undefined ? null : parseValue(keys.value),
  };
}

function parseValue(yaml: Yaml): { least: number; alerts: number } {
  const keys = fields(yaml, ['least', 'alerts']);
  return { least: whole(keys.least, 1), alerts: whole(keys.alerts, 1) };
}
