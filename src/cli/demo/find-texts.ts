import { formatInstant } from '../../domain/instant.ts';
import type { Alert } from './alert.ts';
import { FOUND, LEAKED_KINDS } from './leaks.ts';
import type { Page } from './page.ts';
import { nameOf, type Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { type Named, namedBy, type Traced, traceSample } from './trace-sample.ts';
import { passOn } from './transform.ts';
import { grouped } from './words.ts';

/** What a trace of texts found, and whose copies it named. */
export type TracedTexts = { readonly traced: Traced; readonly named: readonly Named[] };

/** A reader's texts turn up, worn by what was done to them, and are traced. */
export async function traceTexts(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  reader: Reader,
): Promise<TracedTexts> {
  const { page, random, desks } = stage;
  page.doing('a text is traced');
  const contents = await desks.ask('contents', reader.id);
  const texts = LEAKED_KINDS.map((kind) => contents.get(kind) ?? '');
  const sample = passOn(texts, random);
  const traced = await traceSample(stage, alert.id, sample, {
    kind: 'public_site',
    place: 'https://paste.invalid/texts',
    foundAt: formatInstant(FOUND),
    shipped: 'no',
  });
  const named = namedBy(traced);
  page.line(
    'A text on a public site: four of the texts, 15 % cut out, markdown stripped, set anew, ' +
      'and retyped with an error in every hundredth letter.',
  );
  page.aside(quoteOf(sample));
  if (named.length === 0) page.line('No copy identified.');
  for (const one of named) page.fact(`Copy identified: issued to ${nameOf(one.reader, readers)}.`);
  if (traced !== null) explain(page, traced, named);
  return { traced, named };
}

/** From the middle of the sample, to show what was done to it. */
function quoteOf(sample: string): string {
  const words = sample
    .slice(Math.floor(sample.length / 2))
    .split(/\s+/)
    .slice(1, 17);
  return `“… ${words.join(' ')} …”`;
}

function explain(page: Page, traced: NonNullable<Traced>, named: readonly Named[]): void {
  page.line(
    `Read ${traced.slotsRead} of ${traced.slotsTotal} places; compared with the copies of ` +
      `${traced.tested} readers, ${traced.look === 1 ? 'first look' : `look ${traced.look}`}.`,
  );
  if (named.length === 0) return;
  const worst = Math.max(...named.map(({ corrected }) => corrected));
  page.line(
    'For any recipient whose copy was not used, the chance of such a match is below 1 in ' +
      `10^${Math.floor(-Math.log10(worst))}, counting in all ${grouped(traced.cap)} readers the ` +
      'programme may ever have. It does not say who passed the copy on, or why.',
  );
}
