import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { list, object, real, text } from '../shape.ts';
import type { Alert } from './act-plan.ts';
import { type Draw, LEAKED_KINDS, trafficFrom, UNMARKED } from './leaks.ts';
import { dayOf, grouped, momentOf, type Page } from './page.ts';
import type { Reader } from './readers.ts';
import { pass, type Stage } from './stage.ts';
import { type Named, namedBy, type Traced, traceSample } from './trace-sample.ts';
import { passOn } from './transform.ts';

/** The morning after. */
const FOUND = parseInstant('2025-07-09T09:00:00Z');
/** The day exploitation was first seen; at what hour is not known. */
const FIRST_SIGHTING = parseInstant('2025-07-07T00:00:00Z');

/** What three finds came to. */
export type Finds = {
  readonly texts: Traced;
  readonly named: readonly Named[];
  /** Whether the traffic led to the reader whose copy it came from, and whether that named anybody. */
  readonly canary: { readonly hit: boolean; readonly sufficient: boolean };
  readonly unmarked: { readonly named: readonly Named[]; readonly exposed: number };
};

/** Three finds turn up and are traced, each opened by one person and approved by another. */
export async function lookInto(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  draw: Draw,
): Promise<Finds> {
  const { page } = stage;
  await pass(stage, FOUND);
  page.part('4  Three finds', momentOf(FOUND));
  const texts = await traceTexts(stage, alert, readers, draw.textsOf);
  const canary = await traceTraffic(stage, alert, readers, draw.trafficOf);
  const unmarked = await traceUnmarked(stage, alert, readers);
  return { ...texts, canary, unmarked };
}

async function traceTexts(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  reader: Reader,
): Promise<Pick<Finds, 'texts' | 'named'>> {
  const { page, random, desks } = stage;
  page.doing('a text is traced');
  const contents = await desks.ask('contents', reader.id);
  const sample = passOn(
    LEAKED_KINDS.map((kind) => contents.get(kind) ?? ''),
    random,
  );
  const texts = await traceSample(stage, alert.id, sample);
  const named = namedBy(texts);
  page.line('A text on a public site: four of the texts, 15 % cut out, markdown stripped,');
  page.line('reflowed, and retyped with an error in every hundredth letter.');
  page.aside(`  “${quoteOf(sample)} …”`);
  if (named.length === 0) page.line('No copy identified.');
  for (const one of named) page.fact(`copy identified: issued to ${nameOf(one.reader, readers)}`);
  if (texts !== null) explain(page, texts, named);
  return { texts, named };
}

/** A line of the sample that shows what was done to it. */
function quoteOf(sample: string): string {
  return sample
    .slice(sample.indexOf('\n\n') + 2)
    .replaceAll('\n', ' ')
    .slice(0, 66);
}

function explain(page: Page, texts: NonNullable<Traced>, named: readonly Named[]): void {
  const worst = Math.max(...named.map(({ corrected }) => corrected));
  page.line(
    `Read ${texts.slotsRead} of ${texts.slotsTotal} places; compared with the copies of ` +
      `${texts.tested} readers, first look.`,
  );
  if (named.length === 0) return;
  page.line('For a recipient whose copy was not used, the chance of a match this good is');
  page.line(
    `below 1 in 10^${Math.floor(-Math.log10(worst))}, counting in all ${grouped(texts.cap)} ` +
      'readers the programme may ever have.',
  );
  page.line('It does not say who passed the copy on, or why.');
}

async function traceTraffic(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  reader: Reader,
): Promise<Finds['canary']> {
  const { page, desks } = stage;
  const standIn = (await desks.ask('contents', reader.id)).get('poc') ?? '';
  const traced = await traceSample(stage, alert.id, trafficFrom(standIn));
  const hits = traced?.canaries ?? [];
  const hit = hits.length > 0 && hits.every((one) => one.reader === reader.id);
  const sufficient = namedBy(traced).length > 0;
  page.line();
  page.line('Captured traffic that carries a value of the stand-in for the exploit.');
  page.fact(hit ? `a value issued to ${nameOf(reader.id, readers)}` : 'no value of ours');
  if (hit && !sufficient) {
    page.line('Not sufficient alone: whoever saw the copy, or this traffic, has the value.');
  }
  return { hit, sufficient };
}

const exposure = object({
  held: list(object({ participant: text, reader: text, first: text, copies: real })),
  rivalHypotheses: list(text),
});

async function traceUnmarked(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
): Promise<Finds['unmarked']> {
  const { page, issuer } = stage;
  const named = namedBy(await traceSample(stage, alert.id, UNMARKED));
  const path = `/v1/alerts/${alert.id}/exposure?before=${formatInstant(FIRST_SIGHTING)}`;
  const { held, rivalHypotheses } = exposure(await issuer.operator.api.get(path), 'exposure');
  const firms = [...new Set(held.map(({ reader }) => firmOf(reader, readers)))].sort();
  page.line();
  page.line('An exploit that carries no mark.');
  if (named.length === 0) page.fact('no copy identified');
  page.line(
    `Held these facts before the first sighting (${dayOf(FIRST_SIGHTING)}): ` +
      `${held.length} readers of ${firms.length} firms,`,
  );
  page.line(`${firms.slice(0, 2).join(', ')}, and ${firms.length - 2} more.`);
  page.line('Timing names nobody. As open as before:');
  page.line(`${rivalHypotheses.map((word) => word.replaceAll('_', ' ')).join(', ')}.`);
  return { named, exposed: held.length };
}

function nameOf(id: string, readers: readonly Reader[]): string {
  const reader = readers.find((one) => one.id === id);
  return reader ? `${reader.label}, ${reader.firm.name}` : id;
}

function firmOf(id: string, readers: readonly Reader[]): string {
  return readers.find((one) => one.id === id)?.firm.name ?? id;
}
