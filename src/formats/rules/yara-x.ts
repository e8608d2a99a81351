import { compile, type RuleMatch, YaraX } from '@litko/yara-x';

/** What YARA-X says about a source. Kept out of `yara/`, which is pure and runs in a recipient's bundle. */
export type Compiled =
  | {
      readonly ok: true;
      /** The codes of its warnings, sorted: slow patterns, conditions that never hold. */
      readonly warnings: readonly string[];
      /** The rules that match `data`, sorted. */
      hits(data: Buffer): readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/**
 * Variables that scanners define for rules and a bare compiler does not know (THOR and LOKI define
 * them as texts). Empty here: what matters is that both variants see the same.
 */
const EXTERNAL = { filepath: '', filename: '', extension: '', filetype: '', owner: '' };

/** Compiles rules with YARA-X. A source it refuses is an answer, not an error: it stays unmarked. */
export function compileYara(source: string): Compiled {
  try {
    const scanner: unknown = compile(source, { defineVariables: EXTERNAL });
    if (!(scanner instanceof YaraX)) return { ok: false, reason: 'expected a scanner' };
    return {
      ok: true,
      warnings: scanner
        .getWarnings()
        .map(({ code }) => code)
        .sort(),
      hits: (data) => scanner.scan(data).map(nameOf).sort(),
    };
  } catch (error) {
    const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { ok: false, reason: line.slice(0, 200) };
  }
}

function nameOf({ namespace, ruleIdentifier }: RuleMatch): string {
  return `${namespace}:${ruleIdentifier}`;
}
