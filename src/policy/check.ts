import { TocsinError } from '../domain/errors.ts';
import { compareEngines } from './compare.ts';
import type { Finding } from './finding.ts';
import { type PolicyPack, parsePack } from './pack.ts';
import { compilePolicy, type Policy } from './policy.ts';
import { contradictions } from './proof/contradictions.ts';
import { proveInvariant } from './proof/prove.ts';
import { shadowOf } from './proof/shadow.ts';
import { worldOf } from './proof/world.ts';

/** The result of a check: `ok` when no error was found; warnings are for the pack's author. */
export type PackCheck = {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Requests put to both evaluators. */
  readonly cases: number;
};

/**
 * Checks a pack before it may be activated: it parses, has a row for every kind, validates against
 * its schema and compiles; then, over all classes of requests its rules can tell apart, every rule
 * evaluates without failing, applies somewhere, and means the same to the closures as to Cedar.
 * Rules that stand so far are then proven to keep the pack's invariants, and those named without
 * which every decision would be the same.
 * @param files the pack's files by name.
 * @param sha256 as for `compilePolicy`.
 */
export function checkPack(
  files: ReadonlyMap<string, string>,
  sha256: (text: string) => string,
): PackCheck {
  try {
    const pack = parsePack(files);
    const policy = compilePolicy(pack, sha256);
    const { findings: compared, cases } = compareEngines(pack, policy);
    const findings = compared.length > 0 ? compared : prove(pack, policy);
    return { ok: findings.every(({ level }) => level !== 'error'), findings, cases };
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'POLICY_INVALID') throw error;
    const finding: Finding = {
      level: 'error',
      code: 'POLICY_INVALID',
      message: error.message,
      example: null,
      rules: [],
    };
    return { ok: false, findings: [finding], cases: 0 };
  }
}

function prove(pack: PolicyPack, policy: Policy): Finding[] {
  const { rules, invariants } = pack;
  const world = worldOf(pack);
  const clashes = contradictions(world, policy, invariants);
  // A claim that others exclude is not met, either: that is said once.
  const clashing = new Set(clashes.map(({ rules: [id] }) => id));
  return [
    ...clashes,
    ...invariants
      .filter(({ rule }) => !clashing.has(rule.id))
      .flatMap((invariant) => proveInvariant(world, policy, invariant)),
    ...rules.flatMap((rule) => shadowOf(world, policy, rule)),
  ];
}
