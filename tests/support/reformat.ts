import { parse, stringify } from 'yaml';
import type { Transformation } from './transformations.ts';

/** A string or a regular expression, to be passed over, or a comment. */
const YARA_PARTS =
  /("(?:[^"\\\n]|\\.)*"|(?<=[=(]\s*)\/(?![/*])(?:[^/\\\n]|\\.)+\/)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** YARA by a formatter: no comments, braces and operators on lines of their own, other indents. */
export const reformatYara: Transformation = (text) =>
  text
    .replace(YARA_PARTS, (_, string: string | undefined) => string ?? '')
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\{\n/g, '\n{\n')
    .replace(/\n ?(meta|strings|condition):/g, '\n  $1:\n')
    .replace(/ (and|or) /g, '\n    $1 ')
    .replace(/\n\s*\n/g, '\n');

/** Sigma by a YAML library: no comments, other quotes, indents and line ends; the same order. */
export const reformatSigma: Transformation = (text, random) =>
  stringify(parse(text), {
    indent: 2 + 2 * random.below(2),
    lineWidth: 0,
    defaultStringType: random.below(2) === 0 ? 'QUOTE_DOUBLE' : 'PLAIN',
    defaultKeyType: 'PLAIN',
    indentSeq: random.below(2) === 0,
  });

/** Suricata with an option a line, its comments gone. */
export const reformatSuricata: Transformation = (text) =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/;\s*(?=\S)/g, '; \\\n    ')
    .replace(/\(/, '( \\\n    ');

/** Python by a formatter: no comments, other quotes and indents, lists an item a line. */
export const reformatPython: Transformation = (text) =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/ {2}#.*$/gm, '')
    .replace(/'([^'"\n]*)'/g, '"$1"')
    .replace(/^( +)/gm, (indent) => indent.repeat(2))
    .replace(
      /([([{])([^()[\]{}\n]*,[^()[\]{}\n]*)([)\]}])/g,
      (_, open: string, inner: string, close: string) =>
        `${open}\n        ${inner.split(/,\s*/).join(',\n        ')},\n    ${close}`,
    );
