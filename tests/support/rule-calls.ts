import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/sources.ts';
import { tokenize } from '../architecture/tokens.ts';
import type { Mutation } from './rule.ts';

/** A call of `rule()`, read off the source: its arguments are literals. */
export type RuleCall = {
  readonly id: string;
  readonly says: string;
  readonly kills: Mutation;
  /** The test file, from the root. */
  readonly file: string;
};

/** What a rule is of a section of a pack, and what it is of a verb. */
const FOLDERS = ['tests/conformance/rules', 'tests/journeys'];

/** Every test of one of the rules R01 to R69, by file and place. */
export function ruleCalls(): RuleCall[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .sort()
      .map((name) => `${folder}/${name}`)
      .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
      .filter(({ text }) => text.includes("/support/rule.ts'"))
      .flatMap(({ file, text }) => callsIn(file, text)),
  );
}

/** One text, or several joined by `+`, each given by its number. */
const TEXT = '(#\\d+(?:\\+#\\d+)*)';
const CALL = new RegExp(
  `(?<![\\w.])rule\\(${TEXT},${TEXT},\\{in:${TEXT},from:${TEXT},to:${TEXT},?\\},`,
  'g',
);

/** The calls in a source. @throws when one is not written with literals, in this order. */
export function callsIn(file: string, source: string): RuleCall[] {
  const texts: string[] = [];
  let code = '';
  for (const token of tokenize(source)) {
    if (token.kind === 'comment') continue;
    if (token.kind === 'string' && token.part === 'whole') {
      code += `#${texts.push(cooked(token.text)) - 1}`;
    } else {
      code += token.text.replace(/\s+/g, '').replaceAll('#', '');
    }
  }
  const joined = (numbers = ''): string =>
    numbers
      .split('+')
      .map((number) => texts[Number(number.slice(1))] ?? '')
      .join('');
  const found = [...code.matchAll(CALL)].map(([, id, says, place, from, to]) => ({
    id: joined(id),
    says: joined(says),
    kills: { in: joined(place), from: joined(from), to: joined(to) },
    file,
  }));
  const expected = code.match(/(?<![\w.])rule\(/g)?.length ?? 0;
  if (found.length !== expected) {
    throw new Error(`${file}: ${expected} calls of rule(), ${found.length} written in literals`);
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

function cooked(raw: string): string {
  return raw.replace(/\\([\s\S])/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
