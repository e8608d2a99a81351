import type { Format } from '../../domain/artifact.ts';
import { TocsinError } from '../../domain/errors.ts';
import { canonicalSigma } from './sigma/canonical.ts';
import { parseSigma } from './sigma/parse.ts';
import { canonicalSuricata } from './suricata/canonical.ts';
import { parseSuricata } from './suricata/parse.ts';
import { canonicalYara } from './yara/canonical.ts';
import { parseYara } from './yara/parse.ts';

/** Longer rules, in bytes, are not marked and get no digest: a reader computes it at each look. */
const MAX_BYTES = 256 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

const CONTEXT = 'tocsin/content/v1\n';

/** The canonical form of rules, by parsers of our own: a recipient runs no other code. */
const CANONICAL: Partial<Record<Format, (text: string) => string>> = {
  sigma: (text) => canonicalSigma(parseSigma(text)),
  suricata: (text) => canonicalSuricata(parseSuricata(text)),
  yara: (text) => canonicalYara(text, parseYara(text)),
};

/**
 * What the content digest of rules is the SHA-256 of: the same for every marked copy of them, so
 * that recipients can tell without showing copies that they have the same rules
 * (docs/formats/copy.md, "Verification"). Null for a format without one, for what is not UTF-8 or
 * longer than 256 KiB, and for rules that do not parse, which are never marked.
 */
export function digestedContent(format: Format, content: Uint8Array): Buffer | null {
  const canonical = CANONICAL[format];
  if (canonical === undefined || content.length > MAX_BYTES) return null;
  try {
    const text = UTF8.decode(content);
    return Buffer.from(`${CONTEXT}${format}\n${canonical(text)}`);
  } catch (error) {
    if (error instanceof TypeError) return null;
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return null;
    throw error;
  }
}

/** The JSON within what `digestedContent` gives. */
export function canonicalForm(digested: Buffer): string {
  return digested.toString('utf8', digested.indexOf('\n', CONTEXT.length) + 1);
}
