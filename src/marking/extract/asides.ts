import { lexYara } from '../../formats/rules/yara/lexer.ts';
import type { SlotTable } from '../slot-table.ts';

/** A stretch of a text in UTF-16 units, end exclusive. */
export type Stretch = { readonly start: number; readonly end: number };

/** A line, or the end of one, that begins with a hash: in YAML, in Suricata, in scripts. */
const HASH_COMMENT = /(?:^|(?<=\s))#[^\n]*/gm;

/**
 * The comments of a rule or a script, in order: whoever formats one may leave them out, so that
 * they are looked for and not missed. Which language it is, the families of its slots say; prose
 * has none.
 */
export function asidesOf({ slots }: SlotTable, text: string): readonly Stretch[] {
  const languages = new Set(slots.map(({ family }) => family.split('.', 1)[0]));
  if (languages.has('yara')) return yaraComments(text);
  const hashed = ['sigma', 'suricata', 'python'].some((language) => languages.has(language));
  if (!hashed) return [];
  return Array.from(text.matchAll(HASH_COMMENT), ({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
  }));
}

/** None of a file with a stray character somewhere, whose other rules may be marked. */
function yaraComments(text: string): readonly Stretch[] {
  try {
    return lexYara(text).comments;
  } catch {
    return [];
  }
}
