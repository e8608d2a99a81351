import type { YaraFile, YaraRule } from '../../formats/rules/yara/ast.ts';
import { canonicalYara } from '../../formats/rules/yara/canonical.ts';
import { parseYara } from '../../formats/rules/yara/parse.ts';
import { expressionsIn } from '../../formats/rules/yara/walk.ts';
import { type Compiled, compileYara } from '../../formats/rules/yara-x.ts';
import type { Dropped, GateAnswer, ProposedBit } from './carrier.ts';
import { variantOf } from './variant.ts';
import { samplesFor } from './yara-samples.ts';

/**
 * Keeps the slots of a YARA source that change nothing: for each alone, for all of a rule and for all of the
 * file together, the canonical form is the same, YARA-X compiles with the same warnings, and the same
 * rules hit and miss on samples made from the rule's own strings.
 */
export function yaraGate(text: string, chosen: readonly ProposedBit[]): GateAnswer {
  const file = parseYara(text);
  const kept: ProposedBit[] = [];
  const dropped: Dropped[] = [];
  for (const item of file.items) {
    if (item.kind !== 'rule') continue;
    const own = chosen.filter(({ start, end }) => start >= item.start && end <= item.end);
    const unit = unitOf(text, file, item);
    const answer = own.length === 0 ? { kept: [], dropped: [] } : tryRule(unit, item, own);
    kept.push(...answer.kept);
    dropped.push(...answer.dropped);
  }
  const fault =
    canonical(text) === canonical(variantOf(text, kept)) ? null : 'other canonical form';
  return fault === null
    ? { kept, dropped }
    : { kept: [], dropped: [...dropped, ...refuse(kept, `all together: ${fault}`)] };
}

/** The least source in which a rule compiles as it does in its file. */
type Unit = { readonly head: string; readonly text: string; readonly from: number };

function unitOf(text: string, file: YaraFile, rule: YaraRule): Unit {
  if (!standsAlone(file, rule)) return { head: '', text, from: 0 };
  const imports = file.items.filter(({ kind }) => kind === 'import');
  const head = imports.map(({ start, end }) => `${text.slice(start, end)}\n`).join('');
  return { head, text: text.slice(rule.start, rule.end), from: rule.start };
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

function tryRule(unit: Unit, rule: YaraRule, slots: readonly ProposedBit[]): GateAnswer {
  const authored = examine(unit, unit.text, samplesFor(rule));
  if (typeof authored === 'string') return { kept: [], dropped: refuse(slots, authored) };
  const kept: ProposedBit[] = [];
  const dropped: Dropped[] = [];
  for (const slot of slots) {
    const fault = faultOf(authored, unit, [slot]);
    if (fault === null) kept.push(slot);
    else dropped.push(...refuse([slot], fault));
  }
  const together = faultOf(authored, unit, kept);
  return together === null
    ? { kept, dropped }
    : { kept: [], dropped: [...dropped, ...refuse(kept, `all together: ${together}`)] };
}

type Examined = {
  readonly canonical: string;
  readonly warnings: string;
  readonly hits: string;
  readonly samples: readonly Buffer[];
};

function examine(unit: Unit, text: string, samples: readonly Buffer[]): Examined | string {
  const source = unit.head + text;
  const compiled: Compiled = compileYara(source);
  if (!compiled.ok) return compiled.reason;
  return {
    canonical: canonical(source),
    warnings: compiled.warnings.join(),
    hits: JSON.stringify(samples.map((sample) => compiled.hits(sample))),
    samples,
  };
}

function faultOf(authored: Examined, unit: Unit, slots: readonly ProposedBit[]): string | null {
  const variant = examine(unit, variantOf(unit.text, slots, unit.from), authored.samples);
  if (typeof variant === 'string') return variant;
  if (variant.canonical !== authored.canonical) return 'other canonical form';
  if (variant.warnings !== authored.warnings) return 'other warnings of the compiler';
  return variant.hits === authored.hits ? null : 'other hits on the samples';
}

function canonical(source: string): string {
  return canonicalYara(source, parseYara(source));
}

function refuse(slots: readonly ProposedBit[], reason: string): Dropped[] {
  return slots.map(({ family, what }) => ({ family, what, reason }));
}
