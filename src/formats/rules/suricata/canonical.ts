import type { SuricataOption, SuricataRule } from './parse.ts';

/**
 * Options that say something about a rule and nothing about traffic: among each other their order
 * means nothing (User Guide 8, "Meta Keywords").
 */
export const META_OPTIONS = ['classtype', 'metadata', 'priority', 'reference'] as const;

/**
 * One text for all ways of writing a file of rules that mean the same: the order of rules, of
 * neighbouring options that are meta keywords, of the items of `metadata`, and how the bytes of
 * `content` are written. The order of everything else is meaning: contents follow each other.
 */
export function canonicalSuricata(rules: readonly SuricataRule[]): string {
  return JSON.stringify(rules.map(canonicalRule).sort());
}

function canonicalRule({ header, options }: SuricataRule): string {
  const found: string[] = [];
  let run: string[] = [];
  for (const option of options) {
    if (isMeta(option)) {
      run.push(canonicalOption(option));
      continue;
    }
    found.push(...run.sort(), canonicalOption(option));
    run = [];
  }
  return JSON.stringify([...header, ...found, ...run.sort()]);
}

/** Whether an option may change places with a neighbour of its kind. */
export function isMeta({ key, value }: SuricataOption): boolean {
  return value !== null && META_OPTIONS.some((meta) => meta === key);
}

function canonicalOption({ key, value }: SuricataOption): string {
  if (value === null) return key;
  if (key === 'metadata') return `metadata:${metadataItems(value).sort().join(',')}`;
  if (key === 'content') return `content:${canonicalContent(value)}`;
  return `${key}:${value}`;
}

/** The items of `metadata`, each with single blanks. */
export function metadataItems(value: string): string[] {
  return value.split(',').map((item) => item.trim().replaceAll(/\s+/g, ' '));
}

/**
 * A pattern as its bytes: `"a|0D 0a|"` and `"a|0d0a|"` look for the same. What does not read as a
 * pattern is kept as it stands.
 */
function canonicalContent(value: string): string {
  const [, negated = '', pattern] = /^(!?)"(.*)"$/s.exec(value) ?? [];
  if (pattern === undefined) return value;
  const bytes = bytesOf(pattern);
  return bytes === null ? value : `${negated}${bytes}`;
}

function bytesOf(pattern: string): string | null {
  const parts = pattern.split('|');
  if (parts.length % 2 === 0) return null;
  let bytes = '';
  for (const [index, part] of parts.entries()) {
    const hex = index % 2 === 1 ? part.replaceAll(/\s+/g, '').toLowerCase() : textBytes(part);
    if (!/^(?:[0-9a-f]{2})*$/.test(hex)) return null;
    bytes += hex;
  }
  return bytes;
}

function textBytes(text: string): string {
  return Buffer.from(text.replaceAll(/\\(.)/gs, '$1')).toString('hex');
}
