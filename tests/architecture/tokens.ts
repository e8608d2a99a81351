/**
 * A light tokenizer of TypeScript, just enough to tell code from what only looks like it: the rules
 * must not be alarmed by a comment or a message, nor miss what a template literal computes.
 */
export type Token = {
  readonly kind: 'code' | 'string' | 'comment' | 'regex';
  /** Without quotes or comment marks for strings; as written for the rest. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  /** Of a template with computed parts: the text before the first of them, or text after one. */
  readonly part: 'whole' | 'head' | 'rest';
};

const REGEX_AFTER_WORD =
  /\b(?:return|typeof|case|in|of|delete|void|throw|new|await|yield|else|do)$/;

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** Brace depth of each `${` we are in, innermost last. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let line = 1;
  let code = '';
  let codeLine = 1;

  const flush = () => {
    if (code !== '') tokens.push({ kind: 'code', text: code, line: codeLine, part: 'whole' });
    code = '';
  };
  const emit = (kind: Token['kind'], text: string, end: number, part: Token['part'] = 'whole') => {
    flush();
    tokens.push({ kind, text, line, part });
    line += newlines(source.slice(at, end));
    at = end;
    codeLine = line;
  };
  const template = (from: number, part: 'whole' | 'rest') => {
    const end = templateEnd(source, from);
    const cut = source.startsWith('${', end);
    emit('string', source.slice(from, end), end, cut && part === 'whole' ? 'head' : part);
    if (cut) {
      templates.push(depth);
      at += 2;
    } else {
      at += 1;
    }
  };

  while (at < source.length) {
    const char = source.charAt(at);
    const two = source.slice(at, at + 2);
    if (two === '//') {
      emit('comment', source.slice(at, lineEnd(source, at)), lineEnd(source, at));
    } else if (two === '/*') {
      const close = source.indexOf('*/', at + 2);
      const end = close === -1 ? source.length : close + 2;
      emit('comment', source.slice(at, end), end);
    } else if (char === "'" || char === '"') {
      const end = quoteEnd(source, at);
      emit('string', source.slice(at + 1, end - 1), end);
    } else if (char === '`') {
      template(at + 1, 'whole');
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      template(at + 1, 'rest');
    } else if (char === '/' && startsRegex(code, tokens)) {
      const end = regexEnd(source, at);
      emit('regex', source.slice(at, end), end);
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      if (code === '') codeLine = line;
      if (char === '\n') line += 1;
      code += char;
      at += 1;
    }
  }
  flush();
  return tokens;
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end === -1 ? source.length : end;
}

/** The offset after the closing quote. */
function quoteEnd(source: string, from: number): number {
  const quote = source.charAt(from);
  let at = from + 1;
  while (at < source.length && source.charAt(at) !== quote)
    at += source.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

/** The offset of the closing backtick or of `${`. */
function templateEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charAt(at) !== '`' && !source.startsWith('${', at)) {
    at += source.charAt(at) === '\\' ? 2 : 1;
  }
  return at;
}

/** The offset after the flags. A slash inside a class `[/]` does not close. */
function regexEnd(source: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  while (at < source.length && (inClass || source.charAt(at) !== '/')) {
    const char = source.charAt(at);
    if (char === '[') inClass = true;
    if (char === ']') inClass = false;
    at += char === '\\' ? 2 : 1;
  }
  at += 1;
  while (/[a-z]/.test(source.charAt(at))) at += 1;
  return at;
}

/** A slash divides after a value, and opens a regular expression after an operator or keyword. */
function startsRegex(code: string, tokens: readonly Token[]): boolean {
  const before = code.trimEnd();
  if (before === '') {
    const last = tokens.filter((token) => token.kind !== 'comment').at(-1);
    if (!last || last.kind === 'code') return true;
    return false;
  }
  return /[(,=:[!&|?{};+\-*%<>~^]$/.test(before) || REGEX_AFTER_WORD.test(before);
}
