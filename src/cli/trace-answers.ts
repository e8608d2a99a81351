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

const tail = nullable(object({ p: real, log10P: real }));
const evidenceScore = {
  participant: text,
  corrected: real,
  by: text,
  sample: tail,
  pooled: tail,
  lnE: real,
  alerts: list(object({ alert: text, lnE: real, agreeing: real, disagreeing: real })),
};

const evidence = object({
  alpha: real,
  look: real,
  cap: real,
  budgetLeft: real,
  readings: real,
  list: text,
  alerts: real,
  stages: list(object({ scope: text, slots: real, tested: real })),
  participants: list(object(evidenceScore)),
  readers: list(object({ ...evidenceScore, reader: text })),
});
export type Evidence = Told<typeof evidence>;

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
  evidence: nullable(evidence),
});
export type TraceAnswer = Told<typeof traceAnswer>;
export type TracedAlert = TraceAnswer['alerts'][number];
