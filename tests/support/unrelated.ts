import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealText } from './real-texts.ts';

const TESTDATA = join(import.meta.dirname, '../../testdata');

/** The folders with detection rules. */
const RULE_FOLDERS = ['rules/sigma', 'rules/yara', 'toolshell/sigma', 'toolshell/yara'];

/**
 * Texts that have nothing to do with one of the real ones but the trade: for an advisory all other
 * advisories of the same publisher, in the same layout and with the same set phrases; for rules all
 * other rules, and the advisories too.
 */
export function unrelatedTo({ versions }: RealText): string[] {
  const own = versions.map(({ text }) => text.trim());
  const advisories = advisoriesBut(own.join('\n'));
  if (versions.length === 1) return advisories;
  const rules = RULE_FOLDERS.flatMap((folder) =>
    readdirSync(join(TESTDATA, folder)).map((name) =>
      readFileSync(join(TESTDATA, folder, name), 'utf8'),
    ),
  ).filter((text) => !own.includes(text.trim()));
  return [...rules, ...advisories.slice(0, rules.length)];
}

type Document = {
  readonly document: {
    readonly title: string;
    readonly tracking: { readonly id: string };
    readonly notes?: readonly { readonly title?: string; readonly text: string }[];
  };
  readonly vulnerabilities?: readonly {
    readonly cve?: string;
    readonly notes?: readonly { readonly text: string }[];
    readonly remediations?: readonly { readonly details: string }[];
  }[];
};

/** The prose of every CISA advisory whose number `own` does not name. */
function advisoriesBut(own: string): string[] {
  const folder = join(TESTDATA, 'cisa-csaf');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Document)
    .filter(({ document }) => !own.includes(document.tracking.id))
    .map(prose);
}

function prose({ document, vulnerabilities = [] }: Document): string {
  return [
    `# ${document.title}`,
    ...(document.notes ?? []).flatMap(({ title = '', text }) => [`## ${title}`, text]),
    ...vulnerabilities.flatMap(({ cve = '', notes = [], remediations = [] }) => [
      `### ${cve}`,
      ...notes.map(({ text }) => text),
      ...remediations.map(({ details }) => `- ${details}`),
    ]),
  ].join('\n\n');
}
