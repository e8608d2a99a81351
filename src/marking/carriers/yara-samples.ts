import type { Expression, StringDefinition, YaraRule } from '../../formats/rules/yara/ast.ts';
import { expressionsIn } from '../../formats/rules/yara/walk.ts';
import { matchForHex } from './hex-match.ts';
import { type Match, plain, stepsOn } from './match.ts';
import { matchFor } from './regex-match.ts';
import { conditionSteps } from './yara-loops.ts';

/** Strings and sets beyond this many get no sample of their own. */
const MAX_SINGLE = 16;

/** Largest sample, bytes. */
const MAX_SAMPLE = 1024 * 1024;

/**
 * Steps that scanning one sample may take at worst: of the matcher, and of a condition, which every
 * variant of a rule has. A step is some nanoseconds, and a scan cannot be broken off.
 */
const MAX_STEPS = 1e9;
const MAX_CONDITION_STEPS = 1e7;

/**
 * Samples on which two writings of a rule must agree: nothing; all its strings; each alone; all but
 * one; each set that the condition counts, and all but it; each with and without the bytes that the
 * condition wants at fixed places. Not proof — that is the canonical form — but a second,
 * independent opinion.
 *
 * Null when they would take too long to scan by the rules `scanned`, as far as can be told from
 * these: repetitions in repetitions, long ones in a row, loops in loops. It is settled before any
 * sample is made.
 */
export function samplesFor(rule: YaraRule, scanned: readonly YaraRule[]): Buffer[] | null {
  const strings = stringsOf(rule);
  if (strings === null) return null;
  const longest = strings.reduce((sum, { bytes }) => sum + bytes.length + 2 * SPACE.length, 512);
  const lengthy = scanned.some((one) => conditionSteps(one, longest) > MAX_CONDITION_STEPS);
  return lengthy || stepsIn(scanned, longest) > MAX_STEPS ? null : samplesOf(rule, strings);
}

/** Some bytes that match each string; null when they, or a string, would be too large. */
function stringsOf(rule: YaraRule): SampleString[] | null {
  const strings: SampleString[] = [];
  let room = MAX_SAMPLE;
  for (const definition of rule.strings) {
    const match = matchOf(definition);
    if (match === null) return null;
    const bytes = encoded(match.text, definition);
    room -= bytes.length + 2 * SPACE.length;
    if (room < 0) return null;
    strings.push({ id: definition.id, bytes });
  }
  return strings;
}

type SampleString = { readonly id: string; readonly bytes: Buffer };

function stepsIn(rules: readonly YaraRule[], bytes: number): number {
  return rules
    .flatMap(({ strings }) => strings)
    .filter(({ value }) => value.kind !== 'text')
    .map((definition) => matchOf(definition))
    .reduce((sum, match) => sum + (match ? stepsOn(match, bytes) : MAX_STEPS), 0);
}

function samplesOf(rule: YaraRule, strings: readonly SampleString[]): Buffer[] {
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

function encoded(text: string, { modifiers }: StringDefinition): Buffer {
  const names = modifiers.map(({ name }) => name);
  const bytes = Buffer.from(text, 'latin1');
  const wide = Buffer.from(bytes.toString('latin1'), 'utf16le');
  if (names.includes('base64')) return Buffer.from(bytes.toString('base64'));
  if (names.includes('base64wide')) return Buffer.from(bytes.toString('base64'), 'utf16le');
  if (!names.includes('wide')) return bytes;
  return names.includes('ascii') ? Buffer.concat([bytes, SPACE, wide]) : wide;
}

/** A match of a string; null when it is too large to be tried. */
function matchOf({ value: { kind, source } }: StringDefinition): Match | null {
  switch (kind) {
    case 'text':
      return plain(unescaped(source.slice(1, -1)));
    case 'hex':
      return matchForHex(source);
    case 'regex':
      return matchFor(source.slice(1, source.lastIndexOf('/')));
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
