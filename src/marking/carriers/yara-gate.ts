import { parseYara } from '../../formats/rules/yara/parse.ts';
import type { Dropped, GateAnswer, ProposedBit } from './carrier.ts';
import { thin } from './thin.ts';
import { variantOf } from './variant.ts';
import { canonical, type Opinion, opinionsOn, type Unit, unitOf } from './yara-opinion.ts';
import { samplesFor } from './yara-samples.ts';

/** Most slots of one rule; the variants of a rule are compiled together. */
const MAX_SLOTS = 64;

/** Longest source, in UTF-16 units, of all variants of a rule together. */
const MAX_VARIANTS = 4 * 1024 * 1024;

/**
 * Keeps the slots of a YARA source that change nothing: for each alone and for all of a rule
 * together, the canonical form is the same, YARA-X compiles with the same warnings, and the same
 * rules hit and miss on samples made from the rule's own strings. For all of the file together the
 * canonical form is compared once more.
 */
export function yaraGate(text: string, chosen: readonly ProposedBit[]): GateAnswer {
  const file = parseYara(text);
  const rules = file.items.filter((item) => item.kind === 'rule');
  const kept: ProposedBit[] = [];
  const dropped: Dropped[] = [];
  for (const item of rules) {
    const own = chosen.filter(({ start, end }) => start >= item.start && end <= item.end);
    if (own.length === 0) continue;
    const unit = unitOf(text, file, item);
    const samples = samplesFor(item, unit.alone ? [item] : rules);
    if (samples === null) {
      dropped.push(...refuse(own, 'repeats too much to be tried: its patterns or its loops'));
      continue;
    }
    const thinned = thin(own, Math.min(MAX_SLOTS, Math.floor(MAX_VARIANTS / unit.text.length)));
    const answer = tryRule(unit, samples, thinned.kept);
    kept.push(...answer.kept);
    dropped.push(...thinned.dropped, ...answer.dropped);
  }
  return canonical(text) === canonical(variantOf(text, kept))
    ? { kept, dropped }
    : { kept: [], dropped: [...dropped, ...refuse(kept, 'all together: other canonical form')] };
}

/**
 * Slots that fail alone are dropped and the others tried again, since "together" is another text
 * then.
 */
function tryRule(
  unit: Unit,
  samples: readonly Buffer[],
  slots: readonly ProposedBit[],
): GateAnswer {
  if (slots.length === 0) return { kept: [], dropped: [] };
  const flipped = (some: readonly ProposedBit[]) => variantOf(unit.text, some, unit.from);
  const variants = [unit.text, flipped(slots), ...slots.map((slot) => flipped([slot]))];
  const [authored = '', together = '', ...alone] = opinionsOn(unit, variants, samples);
  if (typeof authored === 'string') return { kept: [], dropped: refuse(slots, authored) };

  const faults = alone.map((opinion) => faultOf(authored, opinion));
  const sound = slots.filter((_, index) => faults[index] === null);
  if (sound.length < slots.length) {
    const others = tryRule(unit, samples, sound);
    const failed = slots.flatMap((slot, index) => refuse([slot], faults[index] ?? null));
    return { kept: others.kept, dropped: [...failed, ...others.dropped] };
  }
  const fault = faultOf(authored, together);
  return fault === null
    ? { kept: slots, dropped: [] }
    : { kept: [], dropped: refuse(slots, `all together: ${fault}`) };
}

function faultOf(authored: Opinion, variant: Opinion | string): string | null {
  if (typeof variant === 'string') return variant;
  if (variant.canonical !== authored.canonical) return 'other canonical form';
  if (variant.warnings !== authored.warnings) return 'other warnings of the compiler';
  return variant.hits === authored.hits ? null : 'other hits on the samples';
}

/** One entry for each slot; none without a reason. */
function refuse(slots: readonly ProposedBit[], reason: string | null): Dropped[] {
  return reason === null ? [] : slots.map(({ family, what }) => ({ family, what, reason }));
}
