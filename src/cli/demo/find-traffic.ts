import { formatInstant } from '../../domain/instant.ts';
import type { Alert } from './alert.ts';
import { FOUND, trafficFrom } from './leaks.ts';
import { nameOf, type Reader } from './readers.ts';
import type { Stage } from './stage.ts';
import { namedBy, traceSample } from './trace-sample.ts';

/** Whether the traffic led to the reader whose copy it came from, and whether it named anybody. */
export type CanaryFound = { readonly hit: boolean; readonly sufficient: boolean };

/** Traffic is captured that a copy of the stand-in made, and is traced. */
export async function traceTraffic(
  stage: Stage,
  alert: Alert,
  readers: readonly Reader[],
  reader: Reader,
): Promise<CanaryFound> {
  const { page, desks } = stage;
  const standIn = (await desks.ask('contents', reader.id)).get('poc') ?? '';
  const traced = await traceSample(stage, alert.id, trafficFrom(standIn), {
    kind: 'other',
    place: 'captured traffic',
    foundAt: formatInstant(FOUND),
    shipped: 'no',
  });
  const hits = traced?.canaries ?? [];
  const hit = hits.length > 0 && hits.every((one) => one.reader === reader.id);
  const sufficient = namedBy(traced).length > 0;
  page.line('Traffic that reuses a value of the proof of concept (a harmless stand-in).');
  if (hit) page.fact(`The value was issued to ${nameOf(reader.id, readers)}.`);
  else page.line('It leads to no copy.');
  if (!sufficient) {
    page.line('Not sufficient alone: whoever saw that copy, or this traffic, has the value.');
  }
  return { hit, sufficient };
}
