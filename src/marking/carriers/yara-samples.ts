import type { Expression, StringDefinition, YaraRule } from '../../formats/rules/yara/ast.ts';
import { expressionsIn } from '../../formats/rules/yara/walk.ts';
import { matchFor } from './regex-match.ts';

/** Strings and sets beyond this many get no sample of their own. */
const MAX_SINGLE = 16;

/**
 * Samples on which two writings of a rule must agree: nothing; all its strings; each alone; all but
 * one; each set that the condition counts, and all but it; each with and without the bytes that the
 * condition wants at fixed places. Not proof — that is the canonical form — but a second,
 * independent opinion.
 */
export function samplesFor(rule: YaraRule): Buffer[] {
  const strings = rule.strings.map((definition) => ({
    id: definition.id,
    bytes: bytesOf(definition),
  }));
  const pick = (wanted: (id: string, index: number) => boolean): Buffer =>
    Buffer.concat(
      strings
        .filter(({ id }, index) => wanted(id, index))
        .flatMap(({ bytes }) => [SPACE, bytes, SPACE]),
    );
  const singles = strings.slice(0, MAX_SINGLE).map((_, index) => index);
  const sets = setsIn(rule.condition).slice(0, MAX_SINGLE);
  const bodies = [
    pick(() => false),
    pick(() => true),
    ...singles.flatMap((only) => [
      pick((_, index) => index === only),
      pick((_, index) => index !== only),
    ]),
    ...sets.flatMap((names) => [
      pick((id) => isNamed(names, id)),
      pick((id) => !isNamed(names, id)),
    ]),
  ];
  const head = fixedBytes(rule.condition);
  return head.length === 0
    ? bodies
    : [...bodies, ...bodies.map((body) => Buffer.concat([head, body]))];
}

function setsIn(condition: Expression): (readonly string[])[] {
  return [...expressionsIn(condition)].flatMap((node) =>
    node.kind === 'of' && node.set.kind === 'names' ? [node.set.names] : [],
  );
}

function isNamed(names: readonly string[], id: string): boolean {
  return names.some((name) =>
    name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : name === id,
  );
}

/** `fullword` wants something that is no letter on both sides; wide strings want it wide. */
const SPACE = Buffer.from('\n\0');

function bytesOf({ value, modifiers }: StringDefinition): Buffer {
  const names = modifiers.map(({ name }) => name);
  const plain = literal(value);
  const wide = Buffer.from(plain.toString('latin1'), 'utf16le');
  if (names.includes('base64')) return Buffer.from(plain.toString('base64'));
  if (names.includes('base64wide')) return Buffer.from(plain.toString('base64'), 'utf16le');
  if (!names.includes('wide')) return plain;
  return names.includes('ascii') ? Buffer.concat([plain, SPACE, wide]) : wide;
}

function literal({ kind, source }: StringDefinition['value']): Buffer {
  switch (kind) {
    case 'text':
      return Buffer.from(unescaped(source.slice(1, -1)), 'latin1');
    case 'hex':
      return hexBytes(source);
    case 'regex':
      return Buffer.from(matchFor(source.slice(1, source.lastIndexOf('/'))), 'latin1');
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(source: string): string {
  const bytes = Buffer.from(source).toString('latin1');
  return bytes.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex?: string, other?: string) =>
    hex === undefined
      ? (ESCAPES[other ?? ''] ?? other ?? '')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * Bytes that match a hexadecimal string: first alternatives, shortest jumps, 0 for wild nibbles.
 */
function hexBytes(source: string): Buffer {
  const plain = source
    .slice(1, -1)
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, '')
    .replace(/~([0-9a-fA-F?])./g, (_, high: string) => (high === '0' ? '11' : '00'))
    .replaceAll('?', '0')
    .replace(/\[(\d*)[^\]]*\]/g, (_, least: string) => '00'.repeat(Number(least || '0')));
  return Buffer.from(firstAlternatives(plain), 'hex');
}

function firstAlternatives(source: string): string {
  const next = source.replace(/\(([^()|]*)(?:\|[^()]*)?\)/g, '$1');
  return next === source ? source : firstAlternatives(next);
}

/** What `uint16(0) == 0x5a4d` and its like want to see, as the bytes of a file's beginning. */
function fixedBytes(condition: Expression): Buffer {
  const head = Buffer.alloc(512);
  let length = 0;
  for (const node of expressionsIn(condition)) {
    if (node.kind !== 'binary' || node.operator !== '==') continue;
    const [call, value] =
      node.left.kind === 'call' ? [node.left, node.right] : [node.right, node.left];
    length = Math.max(length, writeInteger(head, call, value));
  }
  return head.subarray(0, length);
}

/**
 * Writes one integer where `call` reads it. Returns where it ends, 0 when there is nothing to
 * write.
 */
function writeInteger(head: Buffer, call: Expression, value: Expression): number {
  if (call.kind !== 'call' || call.callee.kind !== 'word' || value.kind !== 'integer') return 0;
  const form = /^u?int(8|16|32)(be)?$/.exec(call.callee.name);
  const [offset] = call.args;
  if (form === null || offset?.kind !== 'integer') return 0;
  const width = Number(form[1]) / 8;
  const at = Number(offset.value);
  const fits = at + width <= head.length && value.value < 1n << BigInt(8 * width);
  if (!fits) return 0;
  const number = Number(value.value);
  if (form[2] === 'be') head.writeUIntBE(number, at, width);
  else head.writeUIntLE(number, at, width);
  return at + width;
}
