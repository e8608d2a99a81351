import { blocksOf, type Line } from '../../formats/markdown/lines.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { lineCounter } from './lines.ts';

/**
 * The order of two link definitions on neighbouring lines: they mean the same wherever they stand.
 * A fragile manner: a rendered text has no definitions, and such a slot is then erased.
 */
export const markdownDefinitions: Carrier = {
  name: 'markdown definitions',
  formats: ['markdown'],
  reads: null,
  propose: ({ text }: CarrierInput): Proposal => ({ slots: slotsOf(text), dropped: [] }),
  gate: null,
};

const LABEL = /^ {0,3}\[(?!\^)([^[\]\\]+)\]:/;
const ADDRESS = /[ \t]+(?:<[^<>]*>|\S+)/;
const TITLE = /(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$/;

/** `[label]: address "title"`, on one line (CommonMark 0.31, "Link reference definitions"). */
const DEFINITION = new RegExp(LABEL.source + ADDRESS.source + TITLE.source);

/** Raw text in which a line that looks like a definition is shown as it stands. */
const RAW = /<(?:pre|script|style|textarea|!--)/i;

function slotsOf(text: string): ProposedBit[] {
  if (RAW.test(text)) return [];
  const lineOf = lineCounter(text);
  // Nothing but definitions from one empty line to the next: no title goes on below.
  const runs = blocksOf(text).filter((run) => run.every((line) => DEFINITION.test(line.text)));
  return runs.flatMap((run) =>
    run.flatMap((first, index): ProposedBit[] => {
      const second = run[index + 1];
      if (second === undefined || labelOf(first) === labelOf(second)) return [];
      // Numbered notes have an order that is seen.
      if (isNumber(labelOf(first)) && isNumber(labelOf(second))) return [];
      const between = text.slice(first.end, second.start);
      const range = { start: first.start, end: second.end };
      return [
        {
          ...{ kind: 'bit', source: 'automatic', family: 'markdown.definition-order', ...range },
          other: second.text + between + first.text,
          what: `definitions, line ${lineOf(first.start)}`,
          weight: 1,
        },
      ];
    }),
  );
}

/** As labels are compared: case and runs of spaces do not count. */
function labelOf({ text }: Line): string {
  const label = DEFINITION.exec(text)?.[1] ?? '';
  return label.trim().replace(/\s+/g, ' ').toLowerCase();
}

function isNumber(label: string): boolean {
  return /^\d+$/.test(label);
}
