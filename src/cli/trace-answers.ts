import { flag, list, nullable, object, real, type Told, text } from './shape.ts';

const score = {
  p: real,
  log10P: real,
  corrected: real,
  hypothesis: text,
  agreeing: real,
  disagreeing: real,
};

const result = object({
  alpha: real,
  look: real,
  cap: real,
  tested: real,
  slotsTotal: real,
  slotsRead: real,
  slotsErased: real,
  byFamily: list(object({ family: text, slots: real, read: real, erased: flag })),
  knownWord: nullable(text),
  mixed: flag,
  stages: list(object({ scope: text, slots: real, tested: real })),
  participants: list(object({ participant: text, ...score })),
  readers: list(object({ participant: text, reader: text, ...score })),
  identified: list(object({ participant: text, readers: list(text) })),
  needed: nullable(real),
  canaries: list(
    object({
      family: text,
      participant: text,
      reader: nullable(text),
      bits: real,
      strings: real,
      corrected: real,
    }),
  ),
  untested: list(text),
});
export type TraceResult = Told<typeof result>;

/** A report as `GET /v1/sightings/{sighting}/trace` tells it. */
export const traceAnswer = object({
  sighting: text,
  sample: text,
  alerts: list(
    object({
      alert: text,
      reading: text,
      coverage: list(object({ artifact: text, version: real, share: real })),
      result,
    }),
  ),
});
export type TraceAnswer = Told<typeof traceAnswer>;
export type TracedAlert = TraceAnswer['alerts'][number];
