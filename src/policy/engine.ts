import type { Action } from '../domain/decision.ts';
import type { Comparison, Comparisons } from './comparison.ts';
import type { Scope } from './expression.ts';
import type { Notes } from './notes.ts';
import { type Answer, answer, type Program, programOf, type Step } from './program.ts';
import { type Codes, codesOf, type PrincipalType, type Row } from './request.ts';
import { compileRule, type Rule } from './rule.ts';
import { type Column, lookup, tabulate } from './tabulate.ts';
import { SLOT, type Vocabulary } from './vocabulary.ts';

/** The compiled programs for one type of principal, tier and kind of artifact. */
export type Programs = Readonly<Record<Action, Program>>;

/** Compiled programs and the one row all requests are written to: evaluation never interleaves. */
export type Engine = {
  readonly vocabulary: Vocabulary;
  readonly codes: Codes;
  readonly row: Row;
  /** Their answers stand behind the attributes of a row, in this order. */
  readonly comparisons: readonly Comparison[];
  /** By the code of the tier, then of the artifact kind. */
  readonly tiers: readonly (readonly Programs[])[];
  /** For `Public`, by the code of the artifact kind. */
  readonly everyone: readonly Programs[];
};

/** The programs for a filled row. */
export function programsFor(engine: Engine, type: PrincipalType, row: Row): Programs | null {
  const kind = row[SLOT.kind] ?? -1;
  if (type === 'Public') return engine.everyone[kind] ?? null;
  return engine.tiers[row[SLOT.tier] ?? -1]?.[kind] ?? null;
}

/**
 * Goes through a rule without knowing anything of the request, so that every construct is met, also
 * those that are folded away for each tier. @throws POLICY_INVALID on one that is not taken.
 */
export function notesOn(rule: Rule, vocabulary: Vocabulary): Notes {
  const workshop = openWorkshop([rule], vocabulary);
  const scope = scopeFor(workshop, rule, { principal: null, action: null, known: new Map() });
  compileRule(rule, scope);
  return scope.notes;
}

/** Compiles all rules for every principal type, tier, kind and action. @throws POLICY_INVALID */
export function buildEngine(rules: readonly Rule[], vocabulary: Vocabulary): Engine {
  const workshop = openWorkshop(rules, vocabulary);
  const programs = (principal: PrincipalType, known: ReadonlyMap<number, number>): Programs => ({
    release: compileProgram(workshop, { principal, action: 'release', known }),
    releaseReduced: compileProgram(workshop, { principal, action: 'releaseReduced', known }),
  });
  const kinds = vocabulary.enums.Kind.map((_, kind) => [[SLOT.kind, kind]] as const);
  const tiers = vocabulary.tiers.map((_, tier) =>
    kinds.map((kind) => programs('Participant', new Map([...kind, [SLOT.tier, tier]]))),
  );
  const everyone = kinds.map((kind) => programs('Public', new Map(kind)));
  const { made: comparisons } = workshop.comparisons;
  const row = new Float64Array(vocabulary.slots + comparisons.length);
  return { vocabulary, codes: workshop.codes, row, comparisons, tiers, everyone };
}

/** What compiling the rules of a pack shares. Equal steps and programs are kept once: the fewer
 * there are, the more of them stay in the processor's nearest cache. */
type Workshop = {
  readonly vocabulary: Vocabulary;
  readonly codes: Codes;
  readonly comparisons: Comparisons;
  readonly rules: readonly { readonly rule: Rule; readonly first: number }[];
  readonly steps: Map<string, Step>;
  readonly programs: Map<string, Program>;
  readonly silence: Answer;
};

function openWorkshop(rules: readonly Rule[], vocabulary: Vocabulary): Workshop {
  let next = 0;
  const numbered = rules.map((rule) => {
    const first = next;
    // One signal for each reason, and one for failing, which comes first.
    next += rule.reasons.length + 1;
    return { rule, first };
  });
  return {
    vocabulary,
    codes: codesOf(vocabulary),
    comparisons: { first: vocabulary.slots, made: [] },
    rules: numbered,
    steps: new Map(),
    programs: new Map(),
    silence: answer([]),
  };
}

/** What is known of the requests a program is compiled for. */
type About = Pick<Scope, 'principal' | 'action' | 'known'>;

function scopeFor(
  { vocabulary, codes, comparisons }: Workshop,
  { place }: Rule,
  about: About,
): Scope {
  const notes: Notes = {
    breakpoints: [],
    orders: [],
    attributes: new Set(),
    values: new Map(),
    columns: new Set(),
    plain: true,
    exact: new Set(),
    slotted: true,
  };
  return { place, vocabulary, codes, comparisons, notes, ...about };
}

function compileProgram(workshop: Workshop, about: About): Program {
  const { rules, programs, comparisons, silence } = workshop;
  const steps = rules
    .map(({ rule, first }) => compileStep(workshop, rule, first, about))
    .filter((step) => step !== null);
  const key = steps.map((step) => step.key).join('\n');
  const program = programs.get(key) ?? programOf(steps, comparisons, silence);
  programs.set(key, program);
  return program;
}

/** Null when the rule never applies to such requests. */
function compileStep(workshop: Workshop, rule: Rule, first: number, about: About): Step | null {
  const scope = scopeFor(workshop, rule, about);
  const { notes } = scope;
  const compiled = compileRule(rule, scope);
  if (compiled === null) return null;
  const columns = columnsOf(workshop, notes);
  const scratch = new Float64Array(workshop.vocabulary.slots + workshop.comparisons.made.length);
  const table = notes.plain ? tabulate(compiled, columns, scratch) : null;
  if (table?.every((each) => each === 0)) return null;
  const key = table === null ? keyOf(rule, about) : `${rule.id} ${[...notes.columns]} ${table}`;
  const test = table === null ? compiled : lookup(table, columns);
  const step = workshop.steps.get(key) ?? { key, rule, first, test, columns, notes };
  workshop.steps.set(key, step);
  return step;
}

/** Comparisons have slots behind the vocabulary's, of two values each. */
function columnsOf({ vocabulary }: Workshop, { columns }: Notes): Column[] {
  return [...columns].map((slot) => ({ slot, size: vocabulary.sizes[slot] ?? 2 }));
}

function keyOf({ id }: Rule, { principal, action, known }: About): string {
  return `${id} ${principal} ${action} ${[...known.entries()]}`;
}
