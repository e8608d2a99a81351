import { type CompilerWarning, compile, YaraX } from '@litko/yara-x';

/**
 * What YARA-X says about a source. Kept out of `yara/`, which is pure and runs in a recipient's
 * bundle.
 */
export type Compiled =
  | {
      readonly ok: true;
      /** Slow patterns, conditions that never hold, in the order of the source. */
      readonly warnings: readonly Warning[];
      /** The names of the rules that match `data`; private rules are not named. */
      hits(data: Buffer): ReadonlySet<string>;
    }
  | { readonly ok: false; readonly reason: string };

/** `line` counts from 1; 0 where the compiler names none. */
export type Warning = { readonly code: string; readonly line: number };

/**
 * Variables that scanners define for rules and a bare compiler does not know (THOR and LOKI define
 * them as texts). Empty here: what matters is that both variants see the same.
 */
const EXTERNAL = { filepath: '', filename: '', extension: '', filetype: '', owner: '' };

/**
 * Compiles rules with YARA-X. A source it refuses is an answer, not an error: it stays unmarked.
 */
export function compileYara(source: string): Compiled {
  try {
    const scanner: unknown = compile(source, { defineVariables: EXTERNAL });
    if (!(scanner instanceof YaraX)) return { ok: false, reason: 'expected a scanner' };
    return {
      ok: true,
      warnings: scanner.getWarnings().map(warning),
      hits: (data) => new Set(scanner.scan(data).map(({ ruleIdentifier }) => ruleIdentifier)),
    };
  } catch (error) {
    const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { ok: false, reason: line.slice(0, 200) };
  }
}

function warning({ code, message }: CompilerWarning): Warning {
  return { code, line: Number(/--> line:(\d+)/.exec(message)?.[1] ?? 0) };
}
