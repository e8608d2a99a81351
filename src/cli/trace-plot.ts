import { type Html, html } from './html.ts';

/** One bar: who, and the corrected chance that whoever took no part is named so. */
export type Bar = { readonly label: string; readonly corrected: number };

const WIDTH = 640;
const LABEL = 230;
const FIGURE = 70;
const ROW = 26;
/** Longest label, in characters: what fits beside the bars. */
const CHARACTERS = 34;

/**
 * The scores against the threshold: bars of −log10 of the corrected chance, and the line a name
 * needs. Scores of those not named are not told, to anybody: `others` says how many they are.
 */
export function tracePlot(bars: readonly Bar[], alpha: number, others: number): Html {
  const decades = bars.map(({ corrected }) => -Math.log10(corrected));
  const threshold = -Math.log10(alpha);
  const most = Math.max(threshold * 1.5, ...decades);
  const x = (decade: number) => LABEL + (Math.max(0, decade) / most) * (WIDTH - LABEL - FIGURE);
  const height = (bars.length + 1) * ROW + 40;
  const line = x(threshold);
  const rows = bars.map(({ label }, i) => {
    const decade = decades[i] ?? 0;
    const y = i * ROW + 6;
    const end = x(decade);
    return html`<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${cut(label)}</text>
<rect class="bar" x="${LABEL}" y="${y}" width="${fixed(end - LABEL)}" height="${ROW - 8}"/>
<text x="${fixed(end + 6)}" y="${y + 13}">${decade.toFixed(1)}</text>
`;
  });
  const y = bars.length * ROW + 6;
  const mark = `${threshold.toFixed(1)}: a name needs this`;
  const rest = others > 0 ? `${others} others, below the line` : '';
  const title = `Decades below a corrected chance of 1; a name needs ${threshold.toFixed(1)}`;
  return html`<figure>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
${rows}<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${rest}</text>
<rect class="rest" x="${LABEL}" y="${y}" width="${fixed(line - LABEL)}" height="${ROW - 8}"/>
<line class="threshold" x1="${fixed(line)}" y1="0" x2="${fixed(line)}" y2="${y + ROW}"/>
<text x="${fixed(line)}" y="${y + ROW + 14}" text-anchor="middle">${mark}</text>
</svg>
<figcaption>${title}. One decade more is ten times rarer by chance. How far below the line the
others are is told to nobody: it would tell how their copies read.</figcaption>
</figure>
`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function cut(label: string): string {
  const characters = [...label];
  if (characters.length <= CHARACTERS) return label;
  return `${characters.slice(0, CHARACTERS - 1).join('')}…`;
}
