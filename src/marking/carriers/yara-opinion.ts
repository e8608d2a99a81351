import type { YaraFile, YaraRule } from '../../formats/rules/yara/ast.ts';
import { canonicalYara } from '../../formats/rules/yara/canonical.ts';
import { parseYara } from '../../formats/rules/yara/parse.ts';
import { expressionsIn } from '../../formats/rules/yara/walk.ts';
import { compileYara } from '../../formats/rules/yara-x.ts';

/** The least source in which a rule compiles as it does in its file. */
export type Unit = {
  /** The imports of a rule that stands alone. */
  readonly head: string;
  readonly text: string;
  /** Where `text` began in the file. */
  readonly from: number;
  /** Whether `text` is one rule, which can be compiled many times under many names. */
  readonly alone: boolean;
};

/** All that a variant of a rule must have in common with the authored one. */
export type Opinion = {
  readonly canonical: string;
  /** Codes of the compiler's warnings. */
  readonly warnings: string;
  /** For each sample, whether the rule hits, or which rules of the file do. */
  readonly hits: string;
};

/** The rule with its imports; the whole file where rules speak of one another. */
export function unitOf(text: string, file: YaraFile, rule: YaraRule): Unit {
  if (!standsAlone(file, rule)) return { head: '', text, from: 0, alone: false };
  const imports = file.items.filter(({ kind }) => kind === 'import');
  const head = imports.map(({ start, end }) => `${text.slice(start, end)}\n`).join('');
  return { head, text: text.slice(rule.start, rule.end), from: rule.start, alone: true };
}

function standsAlone(file: YaraFile, rule: YaraRule): boolean {
  const rules = file.items.filter((item) => item.kind === 'rule');
  if (rules.some(({ modifiers }) => modifiers.includes('global'))) return false;
  const others = new Set(rules.map(({ name }) => name));
  return ![...expressionsIn(rule.condition)].some(
    (node) =>
      (node.kind === 'word' && others.has(node.name)) ||
      (node.kind === 'of' &&
        node.set.kind === 'names' &&
        node.set.names.some((name) => !name.startsWith('$'))),
  );
}

/** An opinion on each variant of `unit.text`, or the reason why the compiler refuses it. */
export function opinionsOn(
  unit: Unit,
  variants: readonly string[],
  samples: readonly Buffer[],
): (Opinion | string)[] {
  const together = unit.alone ? inOneCompilation(unit, variants, samples) : null;
  return together ?? variants.map((variant) => opinionOn(unit, variant, samples));
}

function opinionOn(unit: Unit, variant: string, samples: readonly Buffer[]): Opinion | string {
  const compiled = compileYara(unit.head + variant);
  if (!compiled.ok) return compiled.reason;
  return {
    canonical: canonical(unit.head + variant),
    warnings: compiled.warnings.map(({ code }) => code).join(),
    hits: JSON.stringify(samples.map((sample) => [...compiled.hits(sample)].sort())),
  };
}

const HEADER = /^(?:(?:private|global)\s+)*rule\s+\w+/;

/**
 * A compilation costs milliseconds, however short the source. All variants of a rule are therefore
 * compiled side by side under names of their own, and told apart by these names and by their lines.
 * Null when that fails; then one by one.
 */
function inOneCompilation(
  unit: Unit,
  variants: readonly string[],
  samples: readonly Buffer[],
): Opinion[] | null {
  const sources = variants.map((variant, index) =>
    variant.replace(HEADER, `rule ${nameOf(index)}`),
  );
  const compiled = compileYara(`${unit.head}${sources.join('\n')}`);
  if (!compiled.ok || compiled.warnings.some(({ line }) => line === 0)) return null;
  const hits = samples.map((sample) => compiled.hits(sample));
  let line = linesOf(unit.head);
  return variants.map((variant, index) => {
    const [first, next] = [line, line + linesOf(variant) + 1];
    line = next;
    const own = compiled.warnings.filter((one) => one.line > first && one.line <= next);
    return {
      canonical: canonical(unit.head + variant),
      warnings: own.map(({ code }) => code).join(),
      hits: hits.map((names) => (names.has(nameOf(index)) ? '1' : '0')).join(''),
    };
  });
}

/** How many line breaks there are. */
function linesOf(text: string): number {
  return text.split('\n').length - 1;
}

function nameOf(index: number): string {
  return `variant_${index}`;
}

/** The canonical form of a source: `canonicalYara`. */
export function canonical(source: string): string {
  return canonicalYara(source, parseYara(source));
}
