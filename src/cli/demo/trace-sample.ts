import type { FindKind, Shipped } from '../../domain/find.ts';
import { list, nullable, object, real, type Told, text } from '../shape.ts';
import type { Stage } from './stage.ts';

const score = { participant: text, p: real, corrected: real };
const result = object({
  cap: real,
  look: real,
  tested: real,
  slotsTotal: real,
  slotsRead: real,
  participants: list(object(score)),
  readers: list(object({ ...score, reader: text })),
  identified: list(object({ participant: text, readers: list(text) })),
  canaries: list(object({ participant: text, reader: nullable(text), bits: real })),
});
const report = object({ alerts: list(object({ alert: text, result })) });

/** What a trace found for the alert; null when the sample has nothing of it. */
export type Traced = Told<typeof result> | null;

/** A copy that was identified, with the worse of the two tests that named it. */
export type Named = {
  readonly reader: string;
  readonly participant: string;
  readonly p: number;
  readonly corrected: number;
};

const opened = object({ sighting: text });

/** Where a find of the demonstration was made. */
export type DemoFind = {
  readonly kind: FindKind;
  readonly place: string;
  readonly foundAt: string;
  readonly shipped: Shipped;
};

/**
 * Opens a sighting, records its find, has the second person approve, and traces: the whole way, as
 * for any find.
 */
export async function traceSample(
  stage: Stage,
  alert: string,
  sample: string,
  find: DemoFind,
): Promise<Traced> {
  const { issuer, rehearsal } = stage;
  const { api } = issuer.operator;
  const path = `/v1/programmes/${rehearsal.programme}/sightings`;
  const { sighting } = opened(await api.postBytes(path, Buffer.from(sample)), 'sighting');
  await api.post(`/v1/sightings/${sighting}/find`, find);
  await issuer.approver.api.post(`/v1/sightings/${sighting}/approval`, {});
  const { alerts } = report(await api.post(`/v1/sightings/${sighting}/trace`, {}), 'trace');
  return alerts.find((found) => found.alert === alert)?.result ?? null;
}

/** The readers whose copies were identified. */
export function namedBy(traced: Traced): Named[] {
  if (traced === null) return [];
  return traced.identified.flatMap(({ participant, readers }) =>
    readers.map((reader) => {
      const tests = [
        ...traced.participants.filter((test) => test.participant === participant),
        ...traced.readers.filter((test) => test.reader === reader),
      ];
      const [worse] = tests.toSorted((a, b) => b.corrected - a.corrected);
      return { reader, participant, p: worse?.p ?? 1, corrected: worse?.corrected ?? 1 };
    }),
  );
}
