import { ACTIONS, type Action } from '../domain/decision.ts';
import { TocsinError } from '../domain/errors.ts';
import { type CedarEvaluator, cedarEvaluator } from './cedar.ts';
import { notesOn, programsFor } from './engine.ts';
import { type Classes, classesOf, requests } from './enumerate.ts';
import { entityOf } from './expression.ts';
import { type PolicyPack, parsePack } from './pack.ts';
import { compilePolicy, type Policy } from './policy.ts';
import { type Answer, evaluate } from './program.ts';
import { cedarRequest, PRINCIPAL_TYPES, type PrincipalType, type Row } from './request.ts';
import type { Rule } from './rule.ts';
import type { Attribute, Vocabulary } from './vocabulary.ts';

/** One thing wrong with a pack; `example` is a request that shows it. */
export type Finding = {
  readonly code: 'POLICY_INVALID' | 'RULE_FAILS' | 'RULE_NEVER_APPLIES' | 'ENGINES_DISAGREE';
  readonly message: string;
  readonly example: string | null;
};

/** The result of a check: `ok` when nothing was found. */
export type PackCheck = {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Requests put to both evaluators. */
  readonly cases: number;
};

/** A rule with more classes than this is to be split: it would take minutes to enumerate. */
const MAX_CLASSES = 20_000;

/**
 * Checks a pack before it may be activated: it parses, has a row for every kind, validates against
 * its schema and compiles; then, over all classes of requests its rules can tell apart, every rule
 * evaluates without failing, applies somewhere, and means the same to the closures as to Cedar.
 * @param files the pack's files by name.
 * @param sha256 as for `compilePolicy`.
 */
export function checkPack(
  files: ReadonlyMap<string, string>,
  sha256: (text: string) => string,
): PackCheck {
  try {
    const pack = parsePack(files);
    return compareEngines(pack, compilePolicy(pack, sha256));
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'POLICY_INVALID') throw error;
    const finding: Finding = { code: 'POLICY_INVALID', message: error.message, example: null };
    return { ok: false, findings: [finding], cases: 0 };
  }
}

/** What the enumeration has seen so far; at most one finding of a kind per rule. */
type Progress = {
  readonly policy: Policy;
  readonly rules: CedarEvaluator;
  readonly whole: CedarEvaluator;
  readonly findings: Map<string, Finding>;
  /** Ids of rules that applied or failed at least once. */
  readonly spoke: Set<string>;
  /** Ids of rules that were not enumerated. */
  readonly skipped: Set<string>;
  readonly answers: Set<Answer>;
  cases: number;
};

/**
 * Puts every request the pack's rules can tell apart to a compiled policy and to Cedar's own
 * evaluator of the pack.
 */
export function compareEngines(pack: PolicyPack, policy: Policy): PackCheck {
  const progress = start(pack, policy);
  for (const rule of pack.rules) {
    for (const type of PRINCIPAL_TYPES) enumerateRule(progress, rule, type);
  }
  for (const { id } of pack.rules) {
    if (progress.spoke.has(id) || progress.skipped.has(id)) continue;
    find(progress, 'RULE_NEVER_APPLIES', id, null, 'never applies, whatever the request');
  }
  const findings = [...progress.findings.values()];
  return { ok: findings.length === 0, findings, cases: progress.cases };
}

/**
 * Two sets go into cedar-wasm. In one every rule is a permit, so that one call tells of each rule
 * whether it applies; the other is the pack itself, asked once for each combination of rules met.
 */
function start(pack: PolicyPack, policy: Policy): Progress {
  const asPermits = pack.rules.map(
    ({ id, json }) => [id, { ...json, effect: 'permit' as const }] as const,
  );
  const asWritten = pack.rules.map(({ id, json }) => [id, json] as const);
  return {
    policy,
    rules: cedarEvaluator('check-rules', policy.schema, new Map(asPermits)),
    whole: cedarEvaluator('check-whole', policy.schema, new Map(asWritten)),
    findings: new Map(),
    spoke: new Set(),
    skipped: new Set(),
    answers: new Set(),
    cases: 0,
  };
}

function enumerateRule(progress: Progress, rule: Rule, type: PrincipalType): void {
  const { vocabulary, row: ours } = progress.policy.engine;
  const classes = classesOf(vocabulary, notesOn(rule, vocabulary), type, ours.length);
  if (classes.count > MAX_CLASSES) {
    progress.skipped.add(rule.id);
    find(progress, 'POLICY_INVALID', rule.id, null, 'reads too much to enumerate; split it');
    return;
  }
  for (const action of ACTIONS) {
    const admitted = headAdmits(rule, type, action);
    for (const row of requests(classes)) {
      compareOne(progress, classes, row, type, action);
      // That a head which excludes the request does so, needs no second example.
      if (!admitted) break;
    }
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
  classes: Classes,
  row: Row,
  type: PrincipalType,
  action: Action,
): void {
  const { policy, rules, spoke } = progress;
  const { vocabulary } = policy.engine;
  const programs = programsFor(policy.engine, type, row);
  if (programs === null) return;
  const answer = evaluate(programs[action], row);
  const request = cedarRequest(vocabulary, row, type, action);
  const expected = rules(request);
  const example = () => describe(policy, classes, row, type, action);
  progress.cases += 1;
  for (const id of [...expected.policies, ...expected.errors]) spoke.add(id);
  for (const id of expected.errors) {
    find(progress, 'RULE_FAILS', id, example(), 'fails to evaluate');
  }
  for (const id of differing(answer, expected.policies, expected.errors)) {
    find(progress, 'ENGINES_DISAGREE', id, example(), 'means one thing here, another to Cedar');
  }
  if (!progress.answers.has(answer)) {
    progress.answers.add(answer);
    compareWhole(progress, answer, progress.whole(request), example());
  }
}

/** Ids of the rules that one evaluator says apply (or fail) and the other does not. */
function differing(
  { signals }: Answer,
  applying: readonly string[],
  failing: readonly string[],
): string[] {
  const ours = signals.map(({ rule, reason }) => `${reason === null ? '!' : ''}${rule.id}`);
  const theirs = [...applying, ...failing.map((id) => `!${id}`)];
  const only = (a: readonly string[], b: readonly string[]) => a.filter((id) => !b.includes(id));
  return [...only(ours, theirs), ...only(theirs, ours)].map((id) => id.replace('!', ''));
}

function compareWhole(
  progress: Progress,
  { verdict }: Answer,
  expected: ReturnType<CedarEvaluator>,
  example: string,
): void {
  const same =
    verdict.allowed === expected.allowed &&
    verdict.errors === expected.errors.length &&
    [...verdict.policies].sort().join() === expected.policies.join();
  if (same) return;
  find(progress, 'ENGINES_DISAGREE', 'the pack', example, 'is combined differently by Cedar');
}

function find(
  { findings, policy }: Progress,
  code: Finding['code'],
  id: string,
  example: string | null,
  problem: string,
): void {
  const key = `${code} ${id}`;
  if (findings.has(key)) return;
  const place = policy.rules.find((rule) => rule.id === id)?.place;
  const where = place === undefined ? '' : `${place.file}:${place.line}: `;
  findings.set(key, { code, message: `${where}${id} ${problem}`, example });
}

/** The request in the words of the policy: action, what the rule reads, and the instant. */
function describe(
  { engine: { vocabulary } }: Policy,
  { notes }: Classes,
  row: Row,
  type: PrincipalType,
  action: Action,
): string {
  const read = [...vocabulary.attributes.values()].filter(
    ({ path }) =>
      notes.attributes.has(path) && (type === 'Participant' || !path.startsWith('principal.')),
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
