import { invalid } from '../../../domain/errors.ts';

/** One option of a rule, `key:value;`. Offsets are UTF-16 units of the file, end exclusive. */
export type SuricataOption = {
  readonly key: string;
  /** As written, without the white space around it; null for a keyword that stands alone. */
  readonly value: string | null;
  readonly start: number;
  /** After the semicolon. */
  readonly end: number;
  /** Where the value begins; the option's end where there is none. */
  readonly valueStart: number;
};

/** One rule, which may be spread over lines by a backslash at their ends. */
export type SuricataRule = {
  /** Action, protocol, addresses, ports and direction: the words before the parenthesis. */
  readonly header: readonly string[];
  readonly options: readonly SuricataOption[];
  readonly start: number;
  /** After the closing parenthesis. */
  readonly end: number;
};

/** Most rules in a file and options in a rule that are read. */
const MAX_RULES = 10_000;
const MAX_OPTIONS = 500;

const ACTIONS = [
  'alert',
  'config',
  'drop',
  'pass',
  'reject',
  'rejectsrc',
  'rejectdst',
  'rejectboth',
];
const DIRECTIONS = ['->', '<>'];
/** Words of a header: action, protocol, source, its port, direction, destination, its port. */
const HEADER_WORDS = 7;
const DIRECTION = 4;

/**
 * The rules of a Suricata file (Suricata 7, User Guide chapter 8, "Rules Format"), comments and
 * empty lines left out. What the options mean is Suricata's; this knows where they begin and end.
 * @throws INVALID_INPUT naming the line.
 */
export function parseSuricata(text: string): SuricataRule[] {
  const rules: SuricataRule[] = [];
  let at = 0;
  while (at < text.length) {
    const line = /[ \t\r\n]*(#[^\n]*)?/y;
    line.lastIndex = at;
    at += line.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    if (text[at] === '#' || /[\r\n]/.test(text[at] ?? '')) continue;
    if (rules.length >= MAX_RULES) throw fault(text, at, `at most ${MAX_RULES} rules`, 'more');
    const rule = parseRule(text, at);
    rules.push(rule);
    at = rule.end;
  }
  return rules;
}

function parseRule(text: string, start: number): SuricataRule {
  const open = text.indexOf('(', start);
  const line = endOfRuleLine(text, start);
  if (open === -1 || open > line) throw fault(text, start, 'options in parentheses', 'none');
  const header = wordsOf(text.slice(start, open));
  if (header.length !== HEADER_WORDS) {
    throw fault(text, start, `${HEADER_WORDS} words before the parenthesis`, `${header.length}`);
  }
  if (!ACTIONS.includes(header[0] ?? '') || !DIRECTIONS.includes(header[DIRECTION] ?? '')) {
    throw fault(text, start, 'an action, and -> or <> between the addresses', 'another word');
  }
  const options: SuricataOption[] = [];
  let at = skipBlank(text, open + 1);
  while (text[at] !== ')') {
    if (at >= text.length) throw fault(text, start, 'a closing parenthesis', 'the end');
    if (options.length >= MAX_OPTIONS) throw fault(text, start, `${MAX_OPTIONS} options`, 'more');
    const option = parseOption(text, at);
    options.push(option);
    at = skipBlank(text, option.end);
  }
  return { header, options, start, end: at + 1 };
}

/** Lists of addresses and ports may have blanks within brackets; they are one word. */
function wordsOf(header: string): string[] {
  const closed = header.replaceAll(/\\\r?\n/g, ' ').replaceAll(/\s*([[\],])\s*/g, '$1');
  // A list that was followed or preceded by a blank is a word of its own again.
  return closed
    .replaceAll(/\](?=[^\],\s])/g, '] ')
    .replaceAll(/(?<=[^[,!\s])\[/g, ' [')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function parseOption(text: string, start: number): SuricataOption {
  const key = /[A-Za-z_][A-Za-z0-9_.-]*/y;
  key.lastIndex = start;
  const name = key.exec(text)?.[0];
  if (name === undefined) throw fault(text, start, 'a keyword', 'another character');
  let at = skipBlank(text, start + name.length);
  if (text[at] === ';') {
    return { key: name, value: null, start, end: at + 1, valueStart: at + 1 };
  }
  if (text[at] !== ':') throw fault(text, at, '":" or ";" after a keyword', 'another character');
  at = skipBlank(text, at + 1);
  const valueStart = at;
  const end = endOfValue(text, at, start);
  return {
    key: name,
    value: text.slice(valueStart, end).trimEnd(),
    start,
    end: end + 1,
    valueStart,
  };
}

/** The semicolon that ends a value: one within quotes, or after a backslash, does not. */
function endOfValue(text: string, from: number, start: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === ';' && !quoted) return at;
    else if (character === '\n') break;
  }
  throw fault(text, start, 'a semicolon after the value', 'the end of the line');
}

/** Where the line ends that a rule begins on, the lines it is spread over with it. */
function endOfRuleLine(text: string, start: number): number {
  let end = text.indexOf('\n', start);
  while (end !== -1 && /\\\r?$/.test(text.slice(Math.max(start, end - 2), end))) {
    end = text.indexOf('\n', end + 1);
  }
  return end === -1 ? text.length : end;
}

/** Blanks, and a backslash that carries the rule over to the next line. */
function skipBlank(text: string, from: number): number {
  const blank = /(?:[ \t]|\\\r?\n)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

function fault(text: string, at: number, expected: string, found: string) {
  const line = text.slice(0, at).split('\n').length;
  return invalid(`suricata, line ${line}`, expected, found);
}
