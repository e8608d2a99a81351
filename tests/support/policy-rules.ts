import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { askedIn, type Declared } from '../architecture/reach.ts';
import { isTest, ROOT, readSources, type SourceFile } from '../architecture/sources.ts';
import { type RuleCall, ruleCalls } from './rule-calls.ts';

/** One rule of real programmes, with the places where it lives. */
export type PolicyRule = {
  readonly id: string;
  /** The main class first. */
  readonly classes: readonly string[];
  readonly title: string;
  readonly from: string;
  readonly homes: readonly Home[];
  readonly tests: readonly RuleCall[];
};

/** A place that carries the rule's tag, and what stands there. */
export type Home = Declared;

const CLASSES: Readonly<Record<string, string>> = {
  P: 'release rule',
  C: 'clock',
  E: 'eligibility',
  U: 'use',
  D: 'event or duty',
};

/** All rules of docs/policy-rules.yaml, in its order. */
export function policyRules(): PolicyRule[] {
  const text = readFileSync(join(ROOT, 'docs/policy-rules.yaml'), 'utf8');
  const facts = parse(text) as Record<string, { class: string; title: string; from: string }>;
  const homes = homesIn([
    ...readSources(['src'], ['.ts']).filter(({ path }) => !isTest(path)),
    ...readSources(['policies', 'examples'], ['.yaml', '.cedar']),
  ]);
  const calls = ruleCalls();
  return Object.entries(facts).map(([id, { class: classes, title, from }]) => ({
    id,
    classes: classes.split('').map((letter) => CLASSES[letter] ?? letter),
    title,
    from,
    homes: homes.get(id) ?? [],
    tests: calls.filter((call) => call.id === id),
  }));
}

/** Every tag `[R07]` of a comment, with what the comment is about. */
export function homesIn(files: readonly SourceFile[]): Map<string, Home[]> {
  const found = new Map<string, Home[]>();
  for (const { path, text } of files) {
    const lines = text.split('\n');
    for (const [at, line] of lines.entries()) {
      for (const [, id = ''] of line.matchAll(/\[(R\d\d)\]/g)) {
        if (!/^\s*(?:\/\/|\/?\*|#)/.test(line)) throw new Error(`${path}:${at + 1}: no comment`);
        const home = { path, symbol: symbolAt(path, lines, at) };
        const known = found.get(id) ?? [];
        if (!known.some((each) => each.path === path && each.symbol === home.symbol)) {
          found.set(id, [...known, home]);
        }
      }
    }
  }
  return found;
}

function symbolAt(path: string, lines: readonly string[], at: number): string {
  const name = path.endsWith('.ts')
    ? declarationAt(lines, at)
    : path.endsWith('.cedar')
      ? first(lines.slice(at), /^@id\("([^"]+)"\)/)
      : first(lines.slice(at), /^\s*([\w-]+):/);
  if (name === null) throw new Error(`${path}:${at + 1}: nothing there to name`);
  return name;
}

const DECLARATION = /^(?:export )?(?:async )?(?:function\*?|const|type|class) (\w+)/;

/** What a doc comment stands above; else the declaration that the comment is in. */
function declarationAt(lines: readonly string[], at: number): string | null {
  const next = lines.slice(at).find((line) => !/^\s*(?:\/\/|\/?\*|$)/.test(line)) ?? '';
  const above = DECLARATION.exec(next)?.[1];
  return above ?? first(lines.slice(0, at).reverse(), DECLARATION);
}

function first(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** The page docs/policy-rules.md. */
export function policyRulesPage(rules: readonly PolicyRule[] = policyRules()): string {
  const asked = askedIn(readSources(['src']));
  // A pack is read whole; whether somebody acts on a key of it, its home in src/ says.
  const isAsked = (home: Home) => !home.path.startsWith('src/') || asked(home);
  return `${HEAD}${rules.map((rule) => section(rule, isAsked)).join('\n')}`;
}

const HEAD = `# Where each rule lives

<!-- Made by \`npm run generate\` of policy-rules.yaml, the tags in the sources, and the tests. -->

Rules that real programmes wrote down, in our words, with the programmes they are from. Each has a
home: code or a line of a pack that carries its tag, such as \`[R07]\`. Each has a test whose title
has its id and which names a mutation, in code or in a pack. \`npm run test:long\` makes every one
of them (\`tests/conformance/rule-mutations.test.ts\`) and sees the test fail. What no verb asks
yet is tested and has no effect; neither has a key of a pack that only such code reads.

`;

function section(
  { id, classes, title, from, homes, tests }: PolicyRule,
  isAsked: (home: Home) => boolean,
): string {
  const lives = homes.map(
    (home) =>
      `\`${home.symbol}\` in \`${home.path}\`${isAsked(home) ? '' : ' (no verb asks it yet)'}`,
  );
  const lines = [
    `## ${id}. ${title}`,
    '',
    `${capital(classes.join(', '))}. From: ${from}.`,
    '',
    `- Home: ${lives.join('; ') || 'none yet'}`,
    ...tests.map(({ file, says, kills }) => {
      const change = `${code(kills.from)} → ${code(kills.to)} in \`${kills.in}\``;
      return `- Test: ${says} (\`${file}\`); kills ${change}`;
    }),
    ...(tests.length === 0 ? ['- Test: none yet'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A mutation on one line; what has a backtick in it stands between two. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '(nothing)';
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}
