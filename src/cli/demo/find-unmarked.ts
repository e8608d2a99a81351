import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { list, object, real, text } from '../shape.ts';
import type { Alert } from './alert.ts';
import { UNMARKED } from './leaks.ts';
import { firmOf, type Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { type Named, namedBy, traceSample } from './trace-sample.ts';
import { dayOf, inWords } from './words.ts';

/** The day exploitation was first seen; at what hour is not known. */
const FIRST_SIGHTING = parseInstant('2025-07-07T00:00:00Z');

/** Firms that are listed by name. */
const LISTED = 3;

/** Whose copies a find without marks named, and how many readers held the facts before it. */
export type Unmarked = { readonly named: readonly Named[]; readonly exposed: number };

const exposure = object({
  held: list(object({ participant: text, reader: text, first: text, copies: real })),
  rivalHypotheses: list(text),
});

/** An exploit turns up that nobody's copy is in; what remains is who could have known. */
export async function traceUnmarked(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
): Promise<Unmarked> {
  const { page, issuer } = stage;
  const traced = await traceSample(stage, alert.id, UNMARKED, {
    kind: 'other',
    place: 'an exploit in use',
    foundAt: formatInstant(FIRST_SIGHTING),
    shipped: 'no',
  });
  const named = namedBy(traced);
  const path = `/v1/alerts/${alert.id}/exposure?before=${formatInstant(FIRST_SIGHTING)}`;
  const { held, rivalHypotheses } = exposure(await issuer.operator.api.get(path), 'exposure');
  const firms = [...new Set(held.map(({ reader }) => firmOf(reader, readers)))].sort();
  page.line('An exploit that carries no mark.');
  if (named.length === 0) page.fact('No copy identified.');
  page.line(
    `These facts were held before the first sighting (${dayOf(FIRST_SIGHTING)}) by ` +
      `${held.length} readers of ${firms.length} firms: ${firms.slice(0, LISTED).join(', ')}, ` +
      `and ${firms.length - LISTED} more. That names nobody. To be weighed as well: ` +
      `${rivalHypotheses.map(rivalInWords).join(', ')}.`,
  );
  return { named, exposed: held.length };
}

/** What else may explain a find, in people's words. */
const RIVALS: Readonly<Record<string, string>> = {
  issuer_insider: "the issuer's own staff",
  upstream: 'the finder and the way from there',
  public_commit: 'a public commit',
  patch_diff: 'comparison of patches',
  independent_rediscovery: 'independent rediscovery',
  in_the_wild_prior: 'use before anybody was told',
};

function rivalInWords(code: string): string {
  return RIVALS[code] ?? inWords(code);
}
