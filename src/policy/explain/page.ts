import { ARTIFACT_KINDS } from '../../domain/artifact.ts';
import type { Explanation } from '../explain.ts';
import type { Words } from '../words.ts';
import { listed } from './axis.ts';
import type { Because, PolicyClass } from './classes.ts';
import { givenText, IN_ITS_PLACE } from './gets.ts';

/** An explanation as a page of Markdown, in the pack's words. Ends with a newline. */
export function explanationPage(explanation: Explanation, words: Words): string {
  const { pack, version, classes, obligations, exploited, shadow } = explanation;
  const differences = [...Map.groupBy(classes, ({ heading }) => heading)].flatMap(
    ([heading, some]) => [
      `### ${heading}`,
      some.map((each) => `- ${classText(each, words)}`).join('\n'),
    ],
  );
  const told = [usualTable(explanation, words), ...differences];
  return [
    `# ${pack}, version ${version}: who gets what, and when`,
    `Nobody wrote this page: it says what the policy answered when it was asked about every kind of
artifact, at every instant at which an answer changes, and about every difference between
participants or alerts that its rules look at.`,
    `*Disclosure* is the instant at which an alert becomes public. At exactly the instant named, a
thing is open.`,
    ...(shadow ? [SHADOW] : []),
    ...(told.some((each) => each.includes(IN_ITS_PLACE))
      ? [`*${IN_ITS_PLACE}*: where the alert has such a description; else nothing.`]
      : []),
    '## Whom nothing restricts',
    told[0],
    '## Who, and what, is treated otherwise',
    classes.length === 0
      ? 'Nobody and nothing: the policy treats all alike.'
      : `*It* is the participant; the *usual* time is that of the table. Where several of these are
true, the latest time and the strictest answer hold.`,
    ...differences,
    ...(exploited === null ? [] : ['## Once it is exploited', exploited]),
    '## What is owed for it',
    obligations.length === 0
      ? 'The pack asks nothing of those whom it gives something.'
      : obligations.map((sentence) => `- ${sentence}`).join('\n'),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

const SHADOW = `**In shadow.** All of this is decided and logged, and nothing is sent: no
participant sees anything, nobody is told, nothing becomes public.`;

function usualTable({ usual }: Explanation, words: Words): string {
  const tiers = [...new Set(usual.map(({ tier }) => tier))];
  const headings = tiers.map((tier) => (tier === null ? 'anybody' : (words.tiers[tier] ?? tier)));
  const rows = ARTIFACT_KINDS.map((kind) => [
    words.kinds[kind],
    ...tiers.map(
      (tier) => usual.find((each) => each.kind === kind && each.tier === tier)?.when ?? '',
    ),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(['', ...headings]), `|${'---|'.repeat(tiers.length + 1)}`, ...rows.map(line)].join(
    '\n',
  );
}

/** A pipe in a pack's word must not end the cell. */
function cellText(text: string): string {
  return text.replaceAll('|', '\\|');
}

function classText({ who, gets, because }: PolicyClass, words: Words): string {
  const clauses = who.join('; or ');
  const whom = `**${clauses.charAt(0).toUpperCase()}${clauses.slice(1)}**`;
  const what = gets.map((each) => givenText(each, words)).join('; ');
  if (because.length === 0) return `${whom}: ${what}.`;
  const why = listed(
    because.map((each) => becauseText(each, words)),
    'and',
  );
  return `${whom}: ${what}. Why: ${why}.`;
}

function becauseText({ code, exception }: Because, words: Words): string {
  if (exception === null) return words.reasons[code];
  return `${words.exceptions[exception] ?? words.reasons[code]} (exception \`${exception}\`)`;
}
