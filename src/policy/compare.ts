import { ACTIONS, type Action } from '../domain/decision.ts';
import { type CedarEvaluator, cedarEvaluator } from './cedar.ts';
import { notesOn, programsFor } from './engine.ts';
import { type Classes, classesOf, requests } from './enumerate.ts';
import { entityOf } from './expression.ts';
import type { Finding, FindingCode } from './finding.ts';
import type { Notes } from './notes.ts';
import type { PolicyPack } from './pack.ts';
import type { Policy } from './policy.ts';
import { type Answer, evaluate } from './program.ts';
import { cedarRequest, PRINCIPAL_TYPES, type PrincipalType, type Row } from './request.ts';
import type { Rule } from './rule.ts';
import {
  type Attribute,
  cedarSchema,
  ENUM_NAMES,
  narrowed,
  type Vocabulary,
} from './vocabulary.ts';

/** A rule with more classes than this is to be split: it would take minutes to enumerate. */
const MAX_CLASSES = 20_000;

/** What the enumeration has seen so far; at most one finding of a kind per rule. */
type Progress = {
  readonly policy: Policy;
  readonly whole: CedarEvaluator;
  readonly findings: Map<string, Finding>;
  readonly answers: Set<Answer>;
  cases: number;
};

/** One rule under enumeration. */
type Examined = {
  readonly rule: Rule;
  readonly notes: Notes;
  /** Its attributes alone: cedar-wasm spends its time on reading the request, not on the rule. */
  readonly vocabulary: Vocabulary;
  readonly alone: CedarEvaluator;
  /** Whether it applied or failed at least once. */
  spoke: boolean;
};

/**
 * Puts every request that a rule of the pack can tell apart to a compiled policy and to Cedar's own
 * evaluator of that rule; and one request for each combination of rules met to its evaluator of the
 * whole pack.
 */
export function compareEngines(
  pack: PolicyPack,
  policy: Policy,
): { readonly findings: readonly Finding[]; readonly cases: number } {
  const written = new Map(pack.rules.map(({ id, json }) => [id, json]));
  const progress: Progress = {
    policy,
    whole: cedarEvaluator('check-whole', policy.schema, written),
    findings: new Map(),
    answers: new Set(),
    cases: 0,
  };
  for (const rule of pack.rules) enumerateRule(progress, rule);
  return { findings: [...progress.findings.values()], cases: progress.cases };
}

function enumerateRule(progress: Progress, rule: Rule): void {
  const { vocabulary, row } = progress.policy.engine;
  const notes = notesOn(rule, vocabulary);
  const examined = examine(rule, notes, vocabulary);
  for (const type of PRINCIPAL_TYPES) {
    const classes = classesOf(vocabulary, notes, type, row.length);
    if (classes.count > MAX_CLASSES) {
      find(progress, 'POLICY_INVALID', rule.id, null, 'reads too much to enumerate; split it');
      return;
    }
    for (const action of ACTIONS) enumerateAction(progress, examined, classes, type, action);
  }
  if (examined.spoke) return;
  find(progress, 'RULE_NEVER_APPLIES', rule.id, null, 'never applies, whatever the request');
}

/** As a permit by itself, one call tells whether the rule applies. */
function examine(rule: Rule, notes: Notes, vocabulary: Vocabulary): Examined {
  const own = narrowed(vocabulary, notes.attributes);
  const types = [...own.attributes.values()].map(({ type }) =>
    type.kind === 'long' ? null : type.name,
  );
  const names = ENUM_NAMES.filter((name) => types.includes(name) || notes.values.has(name));
  const json = { ...rule.json, effect: 'permit' as const };
  const schema = cedarSchema(own, names);
  const alone = cedarEvaluator('check-rule', schema, new Map([[rule.id, json]]));
  return { rule, notes, vocabulary: own, alone, spoke: false };
}

function enumerateAction(
  progress: Progress,
  examined: Examined,
  classes: Classes,
  type: PrincipalType,
  action: Action,
): void {
  const admitted = headAdmits(examined.rule, type, action);
  for (const row of requests(classes)) {
    compareOne(progress, examined, row, type, action);
    // That a head which excludes the request does so, needs no second example.
    if (!admitted) break;
  }
}

/** Whether principal and action satisfy the head of a rule, read off its JSON. */
function headAdmits({ json }: Rule, type: PrincipalType, action: Action): boolean {
  const { principal, action: actions } = json;
  if (principal.op === 'is' && principal.entity_type !== type) return false;
  if (actions.op !== '==' || !('entity' in actions)) return true;
  return entityOf(actions.entity)?.id === action;
}

function compareOne(
  progress: Progress,
  examined: Examined,
  row: Row,
  type: PrincipalType,
  action: Action,
): void {
  const { policy } = progress;
  const { rule, vocabulary, alone } = examined;
  const programs = programsFor(policy.engine, type, row);
  if (programs === null) return;
  const answer = evaluate(programs[action], row);
  const { policies, errors } = alone(cedarRequest(vocabulary, row, type, action));
  const example = () => describe(vocabulary, row, type, action);
  progress.cases += 1;
  const theirs = errors.length > 0 ? 'fails' : policies.length > 0 ? 'applies' : 'silent';
  if (theirs !== 'silent') examined.spoke = true;
  if (theirs === 'fails') {
    find(progress, 'RULE_FAILS', rule.id, example(), 'fails to evaluate');
  }
  if (stateIn(answer, rule) !== theirs) {
    const problem = 'means one thing here, another to Cedar';
    find(progress, 'ENGINES_DISAGREE', rule.id, example(), problem);
  }
  if (!progress.answers.has(answer)) {
    progress.answers.add(answer);
    compareWhole(progress, answer, row, type, action);
  }
}

/** What one rule said, to the closures. */
function stateIn({ signals }: Answer, { id }: Rule): 'silent' | 'applies' | 'fails' {
  const signal = signals.find(({ rule }) => rule.id === id);
  if (signal === undefined) return 'silent';
  return signal.reason === null ? 'fails' : 'applies';
}

function compareWhole(
  progress: Progress,
  { verdict, signals }: Answer,
  row: Row,
  type: PrincipalType,
  action: Action,
): void {
  const { vocabulary } = progress.policy.engine;
  const expected = progress.whole(cedarRequest(vocabulary, row, type, action));
  const failed = signals.filter(({ reason }) => reason === null).map(({ rule }) => rule.id);
  const same =
    verdict.allowed === expected.allowed &&
    failed.sort().join() === expected.errors.join() &&
    [...verdict.policies].sort().join() === expected.policies.join();
  if (same) return;
  const example = describe(vocabulary, row, type, action);
  find(progress, 'ENGINES_DISAGREE', 'the pack', example, 'is combined differently by Cedar');
}

function find(
  { findings, policy }: Progress,
  code: FindingCode,
  id: string,
  example: string | null,
  problem: string,
): void {
  const key = `${code} ${id}`;
  if (findings.has(key)) return;
  const place = policy.rules.find((rule) => rule.id === id)?.place;
  const where = place === undefined ? '' : `${place.file}:${place.line}: `;
  const message = `${where}${id} ${problem}`;
  findings.set(key, { level: 'error', code, message, example, rules: [id] });
}

/** The request in the words of the policy: action, the attributes of `vocabulary`, the instant. */
function describe(vocabulary: Vocabulary, row: Row, type: PrincipalType, action: Action): string {
  const read = [...vocabulary.attributes.values()].filter(
    ({ path }) => type === 'Participant' || !path.startsWith('principal.'),
  );
  const shown = read.map((each) => `${each.path} = ${show(vocabulary, each, row)}`);
  return [`${type} asks for ${action}`, ...shown].join(', ');
}

function show(vocabulary: Vocabulary, { type, slot }: Attribute, row: Row): string {
  const value = row[slot] ?? 0;
  if (type.kind === 'long') return String(value);
  const names = vocabulary.enums[type.name];
  if (type.kind === 'enum') return names[value] ?? '?';
  return `[${names.filter((_, code) => ((value >>> code) & 1) === 1).join(', ')}]`;
}
