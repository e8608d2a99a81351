import { type Code, compileCode, type MarkKey, markBits } from '../../src/marking/code.ts';
import {
  type PreparedAlert,
  prepareAlert,
  readOpened,
} from '../../src/marking/extract/read-sample.ts';
import { openSample } from '../../src/marking/extract/sample.ts';
import type { Reading } from '../../src/marking/reading.ts';
import type { SlotKey } from '../../src/marking/slot-table.ts';
import { compileTable, type Splicer, splice } from '../../src/marking/splice.ts';
import { html, plain, remarked } from './markup.ts';
import type { RealText } from './real-texts.ts';
import type { Seeded } from './seeded.ts';
import { half, lose, normalised, reflow, type Transformation } from './transformations.ts';
import { retype } from './typing.ts';

/** What a sample is: a copy after something happened to it, another text, or the public one. */
export const SURVIVAL_CASES = [
  'verbatim',
  'reflow',
  'nfkc',
  'markdown',
  'retype1',
  'loss30-typo1',
  'half',
  'unrelated',
  'public',
] as const;
export type SurvivalCase = (typeof SURVIVAL_CASES)[number];

/** Markdown as plain text, as HTML, or as another tool's Markdown. */
const markdown: Transformation = (text, random) =>
  ([plain, html, remarked][random.below(3)] ?? plain)(text, random);

/** The public text is passed on as it is, or in one of the ways that copies are. */
const passedOn: Transformation = (text, random) =>
  ([reflow, normalised, markdown, retype][random.below(5)] ?? String)(text, random);

const CHANGES: Readonly<Record<Exclude<SurvivalCase, 'unrelated'>, Transformation>> = {
  verbatim: (text) => text,
  reflow,
  nfkc: normalised,
  markdown,
  retype1: retype,
  'loss30-typo1': (text, random) => retype(lose(0.3)(text, random), random),
  half,
  public: passedOn,
};

/** A text ready to be copied and read, however many keys it is tried with. */
export type Survivor = {
  readonly text: RealText;
  readonly prepared: PreparedAlert;
  readonly splicers: readonly Splicer[];
  /** The text as authored, and as everybody reads it once it is public. */
  readonly master: string;
  /** Texts of others. */
  readonly unrelated: readonly string[];
};

/** Prepares a text; `unrelated` are the samples for the case of that name. */
export function survivorOf(text: RealText, unrelated: readonly string[]): Survivor {
  const alert = 'b8b1c3c8-5c0a-4a5e-8a43-6f8c0b1f4d11' as PreparedAlert['alert'];
  return {
    text,
    prepared: prepareAlert({ alert, versions: text.versions }),
    splicers: text.versions.map(({ table, text: own }) => compileTable(Buffer.from(own), table)),
    master: joined(
      text,
      text.versions.map((version) => version.text),
    ),
    unrelated,
  };
}

/** A recipient's copy, and which text it shows at each slot. */
export type SurvivingCopy = { readonly text: string; readonly shown: ReadonlyMap<string, number> };

/** The copy of a reader, all artifacts of the text one after the other. */
export function survivingCopy(
  { text, splicers }: Survivor,
  key: MarkKey,
  participant: string,
  reader: string,
): SurvivingCopy {
  const shown = new Map<string, number>();
  const copies = text.versions.map(({ table }, index) => {
    const code = compileCode(key, table.slots);
    const bits = markBits(code, participant, reader);
    noteShown(shown, code, bits);
    const splicer = splicers[index];
    return splicer === undefined ? '' : splice(splicer, bits, noCanary).toString();
  });
  return { text: joined(text, copies), shown };
}

function noteShown(shown: Map<string, number>, { slots }: Code, bits: Uint8Array): void {
  for (const [i, { key }] of slots.entries()) shown.set(nameOf(key), bits[i] ?? 0);
}

function noCanary(): never {
  throw new Error('expected no canary in these texts');
}

/** Rules stand in a document as code, so that they are passed on as what they are. */
function joined({ versions }: RealText, texts: readonly string[]): string {
  const alone = versions.length === 1;
  return texts.map((text) => (alone ? text : `\`\`\`\n${text.trim()}\n\`\`\``)).join('\n\n');
}

/** The sample of a case, read blind. */
export function readCase(
  survivor: Survivor,
  name: SurvivalCase,
  copy: SurvivingCopy,
  random: Seeded,
): Reading {
  const { unrelated, master, prepared } = survivor;
  const sample =
    name === 'unrelated'
      ? (unrelated[random.below(unrelated.length)] ?? '')
      : CHANGES[name](name === 'public' ? master : copy.text, random);
  return readOpened(openSample(Buffer.from(sample)), prepared);
}

/** Slots, how many of them were read, and how many of those show another text than the copy. */
export function countReads({ slots }: Reading, { shown }: SurvivingCopy) {
  const read = slots.filter(({ value }) => value !== null);
  const wrong = read.filter(({ key, value }) => value !== shown.get(nameOf(key)));
  return { slots: slots.length, read: read.length, wrong: wrong.length };
}

function nameOf({ artifact, slot }: SlotKey): string {
  return `${artifact}/${slot}`;
}
