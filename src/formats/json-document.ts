import { MAX_ARTIFACT_BYTES } from '../domain/artifact.ts';
import { invalid, TocsinError } from '../domain/errors.ts';

/** Deepest nesting taken. CSAF product trees, the deepest real documents, stay below 20. */
const MAX_DEPTH = 64;

/**
 * Most values in one document, and in one array. The validator reports every fault it finds and
 * compares the items of some lists pairwise, so these bound its memory and its time to seconds. An
 * advisory of 540 kB holds 13 000 values.
 */
const MAX_VALUES = 100_000;
const MAX_ITEMS = 10_000;

/**
 * Parses a hostile JSON document. Size, depth and number of values are bounded before the parser
 * runs: a depth bomb of 16 MiB occupies it for seconds. Of a duplicate key the last value counts,
 * as in every JavaScript parser; a member named `__proto__` and unpaired surrogates are refused.
 *
 * @param document what it is, for error texts: "the CSAF document"
 * @throws LIMIT_EXCEEDED over 16 MiB, 64 levels, 100 000 values, 10 000 items of one
 *   array; INVALID_INPUT otherwise
 */
export function parseJsonDocument(bytes: Uint8Array, document: string): unknown {
  if (bytes.length > MAX_ARTIFACT_BYTES) {
    throw tooLarge(document, `${MAX_ARTIFACT_BYTES} bytes`, `${bytes.length} bytes`);
  }
  checkExtent(bytes, document);
  const value = parseText(decodeUtf8(bytes, document), document);
  checkValues(value, '');
  return value;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Uint8Array, document: string): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new TocsinError('INVALID_INPUT', `${document}: expected UTF-8, found other bytes`);
  }
}

function parseText(text: string, document: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The engine's message quotes the document, so only its position is passed on, and no cause.
    const position = /\(line \d+ column \d+\)/.exec(cause instanceof Error ? cause.message : '');
    const where = position === null ? '' : ` ${position[0]}`;
    throw new TocsinError('INVALID_INPUT', `${document}: expected JSON, found other text${where}`);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;

/** Counts levels and values without parsing. Exact for valid JSON, harmless for anything else. */
function checkExtent(bytes: Uint8Array, document: string): void {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
      continue;
    }
    if (byte === QUOTE) inString = true;
    else if (byte === COMMA) values++;
    else if (byte === BRACKET_END || byte === BRACE_END) depth--;
    else if (byte === BRACKET || byte === BRACE) {
      depth++;
      values++;
    }
    if (depth > MAX_DEPTH) throw tooLarge(document, `${MAX_DEPTH} levels`, 'more');
    if (values > MAX_VALUES) throw tooLarge(document, `${MAX_VALUES} values`, 'more');
  }
}

function tooLarge(document: string, most: string, found: string): TocsinError {
  return new TocsinError('LIMIT_EXCEEDED', `${document}: expected at most ${most}, found ${found}`);
}

/** Recursion is safe here: the depth is bounded above. */
function checkValues(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed())
      throw invalid(path || 'document', 'well-formed Unicode', 'unpaired surrogate');
    return;
  }
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) {
      throw tooLarge(path || 'document', `${MAX_ITEMS} items`, `${value.length}`);
    }
    for (const [index, item] of value.entries()) checkValues(item, `${path}[${index}]`);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || !name.isWellFormed()) {
      throw new TocsinError('INVALID_INPUT', `${path || 'document'}: expected plain member names`, {
        field: path,
      });
    }
    checkValues(member, path === '' ? name : `${path}.${name}`);
  }
}
