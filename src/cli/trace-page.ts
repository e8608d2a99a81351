import { type Html, html, htmlFacts, htmlPage, htmlTable } from './html.ts';
import type { Names } from './names.ts';
import type { TraceAnswer } from './trace-answers.ts';
import type { Part } from './trace-part.ts';
import { type Bar, tracePlot } from './trace-plot.ts';
import { evidenceSentence, traceSentence } from './trace-sentence.ts';
import { repliesTo, stateText } from './trace-status.ts';
import { alertParts, evidenceParts, NOTHING_FOUND, sealedParts } from './trace-text.ts';
import { foundAt, neverServed, useParts } from './trace-use.ts';

/** The report as a page to be read in a browser or printed: the answer first. */
export function tracePage(report: TraceAnswer, names: Names): string {
  const head = htmlFacts([
    ['Report', report.status.report],
    ['Sighting', report.sighting],
    ['Sample', `SHA-256 ${report.sample}`],
    ...(report.find === null ? [] : foundAt(report.find, names)),
  ]);
  const body = html`<main>
<h1>Report of a trace</h1>
<p class="${report.status.released === null ? 'draft' : 'released'}">${stateText(report.status)}</p>
<section>
<h2>Answer</h2>
${answers(report, names)}</section>
${replies(report, names)}
${head}
${useParts(report, names).map((part) => html`<section>${partOf(part)}</section>\n`)}
${plots(report, names)}
<section>
<h2>What it cannot say</h2>
<ul>${LIMITS.map((limit) => html`<li>${limit}</li>\n`)}</ul>
</section>
${report.alerts.map((traced) => partsOf(names.of(traced.alert), alertParts(traced, names)))}
${report.evidence === null ? [] : partsOf('Over all alerts', evidenceParts(report.evidence, names))}
${sealedParts(report, names).map((part) => html`<section>${partOf(part)}</section>\n`)}
</main>
`;
  return htmlPage(`Report of trace ${report.sighting}`, STYLE, body);
}

function answers(report: TraceAnswer, names: Names): Html {
  if (report.alerts.length === 0) return html`<p class="answer">${NOTHING_FOUND}</p>`;
  const told = report.alerts.map(
    ({ alert, result }) => html`<h3>${names.of(alert)}</h3>
${paragraphs(traceSentence(result, names))}`,
  );
  const together = evidenceSentence(report.evidence, names);
  if (together !== '') told.push(html`<h3>All alerts together</h3>${paragraphs(together)}`);
  const unserved = neverServed(report, names);
  if (unserved !== '') told.push(paragraphs(unserved));
  return html`${told}`;
}

function paragraphs(text: string): Html {
  return html`${text.split('\n').map((line) => html`<p class="answer">${line}</p>\n`)}`;
}

function replies(report: TraceAnswer, names: Names): Html {
  const told = repliesTo(report, names).map(
    ({ title, lines }) => html`<section>
<h2>${title}</h2>
<blockquote>${lines.join('\n')}</blockquote>
</section>
`,
  );
  return html`${told}`;
}

/** One plot for each sample that was scored, and one for all alerts together. */
function plots({ alerts, evidence }: TraceAnswer, names: Names): Html {
  const each = alerts
    .filter(({ result }) => result.tested > 0)
    .map((traced) => plot(names.of(traced.alert), traced.result, names));
  if (evidence !== null && evidence.alerts > 1) {
    const tested = evidence.stages[0]?.tested ?? 0;
    each.push(plot('All alerts together', { ...evidence, tested }, names));
  }
  return html`${each}`;
}

type Scored = {
  readonly alpha: number;
  readonly tested: number;
  readonly participants: readonly { readonly participant: string; readonly corrected: number }[];
  readonly readers: readonly {
    readonly participant: string;
    readonly reader: string;
    readonly corrected: number;
  }[];
};

function plot(title: string, { alpha, tested, participants, readers }: Scored, names: Names): Html {
  const bars: Bar[] = [
    ...participants.map((one) => ({ label: names.who(one.participant), ...one })),
    ...readers.map((one) => ({
      label: `${names.who(one.reader)}, ${names.who(one.participant)}`,
      ...one,
    })),
  ];
  return html`<section>
<h2>${title}: scores against the threshold</h2>
${tracePlot(bars, alpha, Math.max(0, tested - readers.length))}</section>
`;
}

function partsOf(title: string, parts: readonly Part[]): Html {
  return html`<section>
<h2>${title}: what it rests on</h2>
${parts.map((part) => partOf(part))}</section>
`;
}

function partOf(part: Part): Html {
  switch (part.kind) {
    case 'facts':
      return htmlFacts(part.pairs);
    case 'table':
      return html`<h3>${part.title}</h3>\n${htmlTable(part.headings, part.rows)}`;
    default: {
      const lines = part.lines.map((line) => html`<li>${line}</li>\n`);
      return html`<h3>${part.title}</h3>\n<ul>${lines}</ul>\n`;
    }
  }
}

/** What no figure of a report speaks of (reference: reporting contract). */
const LIMITS = [
  'A copy is not a person: it may have been taken from its reader, by a breach, through a ' +
    'mailbox or a contractor. Nothing here says who passed it on, or why.',
  'The chance that is given excludes coincidence. It does not exclude that somebody who had ' +
    'this very copy, the mark key or the words of copies made the sample to look so.',
  'It is no probability that anybody did anything, and says nothing for or against those whom it ' +
    'does not name: copies may have been used that left too little in the sample.',
  'How many took part is not known.',
];

const STYLE = `
:root { color: #1b1b1b; background: #fff; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.answer { font-size: 1.1rem; border-left: 4px solid #29527a; padding-left: .8rem; }
.draft { font-weight: bold; color: #8a3b12; border: 2px solid; padding: .3rem .8rem; }
.draft::first-letter, .released::first-letter { text-transform: uppercase; }
blockquote { margin: 0; border-left: 4px solid #ddd; padding-left: .8rem; }
blockquote { white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; }
th, td { padding: .2rem .5rem; border-bottom: 1px solid #ddd; }
.wide, figure { margin: 0; overflow-x: auto; } .whole { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; min-width: 36rem; height: auto; font: 12px system-ui, sans-serif; }
figcaption { color: #555; font-size: .85rem; }
.bar { fill: #29527a; } .rest { fill: #c9d3dd; }
.threshold { stroke: #8a3b12; stroke-width: 2; stroke-dasharray: 5 3; }
@media print {
  main { margin: 0; max-width: none; } section { break-inside: avoid; }
  .wide, figure { overflow: visible; } td { overflow-wrap: anywhere; }
}
`;
