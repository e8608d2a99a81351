import type { ArtifactKind, Assurance } from '../domain/artifact.ts';
import type { Action } from '../domain/decision.ts';
import type { Tier } from '../domain/enrolment.ts';
import type { Lead } from '../domain/schedule.ts';
import { checkSchema, validateCedar } from './cedar.ts';
import type { Breakpoint, Scope } from './expression.ts';
import type { PolicyPack } from './pack.ts';
import { type Program, programOf } from './program.ts';
import { type Codes, codesOf, type PrincipalType, type Row } from './request.ts';
import { compileRule, type Rule } from './rule.ts';
import { cedarSchema, SLOT, type Vocabulary, vocabularyOf } from './vocabulary.ts';
import type { Words } from './words.ts';

/** A compiled pack: what `decide` and its kin are asked about. Immutable to its users. */
export type Policy = {
  readonly name: string;
  readonly version: number;
  /** Digest of the pack's files, logged at load and stored with what was decided under it. */
  readonly sha256: string;
  /** Earliest first. */
  readonly tiers: readonly Tier[];
  readonly leads: Readonly<Record<Tier, Lead>>;
  readonly words: Words;
  readonly rules: readonly Rule[];
  /** The Cedar schema that rules and requests are validated against. */
  readonly schema: string;
  /** The least assurance with which a kind may leave before disclosure. */
  leastAssurance(kind: ArtifactKind): Assurance;
  /** The machinery of `decide`; nobody else's business. */
  readonly engine: Engine;
};

/** The compiled programs for one kind of principal. */
export type Programs = Readonly<Record<Action, Program>>;

/** Compiled programs and the one row all requests are written to: evaluation never interleaves. */
export type Engine = {
  readonly vocabulary: Vocabulary;
  readonly codes: Codes;
  readonly row: Row;
  /** By the code of the tier. */
  readonly tiers: readonly Programs[];
  readonly everyone: Programs;
};

/**
 * Validates a pack against its schema and compiles it to closures.
 * @param sha256 gives the lower-case hex digest of a text; the policy folder knows no hash of its own.
 * @throws POLICY_INVALID naming file, line and remedy: an unknown attribute or value, a type error,
 * a policy that can never apply, a Cedar construct outside the closed list.
 */
export function compilePolicy(pack: PolicyPack, sha256: (text: string) => string): Policy {
  const { table, words, rules } = pack;
  const tiers = Object.keys(table.leads);
  const vocabulary = vocabularyOf(tiers);
  const schema = cedarSchema(vocabulary);
  checkSchema(schema);
  for (const [file, text] of pack.cedar) validateCedar(schema, file, text);
  for (const rule of rules) constructsOf(rule, vocabulary);
  const sealed = new Set(table.sealedBeforeDisclosure);
  return {
    name: table.pack,
    version: table.version,
    sha256: sha256(pack.source),
    tiers,
    leads: table.leads,
    words,
    rules,
    schema,
    leastAssurance: (kind) => (sealed.has(kind) ? 'sealed' : 'transport'),
    engine: engineOf(rules, vocabulary),
  };
}

/** What a rule mentions: attribute paths, and codes per vocabulary. */
export type Mentions = Pick<Scope, 'attributes' | 'values' | 'breakpoints'>;

/**
 * Goes through a rule without knowing anything of the request, so that every construct is met, also
 * those that are folded away for each tier. @throws POLICY_INVALID on one that is not taken.
 */
export function constructsOf(rule: Rule, vocabulary: Vocabulary): Mentions {
  const scope = scopeOf(rule, vocabulary, codesOf(vocabulary));
  compileRule(rule, scope);
  return scope;
}

function scopeOf(rule: Rule, vocabulary: Vocabulary, codes: Codes): Scope {
  return {
    place: rule.place,
    vocabulary,
    codes,
    principal: null,
    action: null,
    known: new Map(),
    breakpoints: [],
    attributes: new Set(),
    values: new Map(),
  };
}

function engineOf(rules: readonly Rule[], vocabulary: Vocabulary): Engine {
  const codes = codesOf(vocabulary);
  const compile = (principal: PrincipalType, action: Action, known: ReadonlyMap<number, number>) =>
    compileProgram(rules, (rule) => ({
      ...scopeOf(rule, vocabulary, codes),
      principal,
      action,
      known,
    }));
  const programs = (principal: PrincipalType, known: ReadonlyMap<number, number>): Programs => ({
    release: compile(principal, 'release', known),
    releaseReduced: compile(principal, 'releaseReduced', known),
  });
  return {
    vocabulary,
    codes,
    row: new Float64Array(vocabulary.slots),
    tiers: vocabulary.tiers.map((_, code) => programs('Participant', new Map([[SLOT.tier, code]]))),
    everyone: programs('Public', new Map()),
  };
}

function compileProgram(rules: readonly Rule[], scopeFor: (rule: Rule) => Scope): Program {
  const breakpoints: Breakpoint[] = [];
  const steps = rules.flatMap((rule) => {
    const scope = scopeFor(rule);
    const test = compileRule(rule, scope);
    if (test === null) return [];
    breakpoints.push(...scope.breakpoints);
    return [{ rule, test }];
  });
  return programOf(steps, breakpoints);
}
