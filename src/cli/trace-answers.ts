import { flag, list, nullable, object, real, type Told, text } from './shape.ts';

const score = {
  p: real,
  log10P: real,
  corrected: real,
  hypothesis: text,
  agreeing: real,
  disagreeing: real,
};

const numbers = object({ p: real, log10P: real });
const named = object({ name: text, p: real, log10P: real });

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
  sensitivity: list(
    object({
      participant: text,
      reader: nullable(text),
      all: numbers,
      withoutFamily: nullable(named),
      withoutArtifact: nullable(named),
      half: numbers,
    }),
  ),
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

const evidenceScore = {
  participant: text,
  corrected: real,
  by: text,
  sample: nullable(numbers),
  pooled: nullable(numbers),
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
  frozen: real,
  stages: list(object({ scope: text, slots: real, tested: real })),
  participants: list(object(evidenceScore)),
  readers: list(object({ ...evidenceScore, reader: text })),
});
export type Evidence = Told<typeof evidence>;

/** A report as `GET /v1/sightings/{sighting}/trace` tells it. */
export const traceAnswer = object({
  sighting: text,
  sample: text,
  find: nullable(
    object({ kind: text, place: text, foundAt: text, shipped: text, member: nullable(text) }),
  ),
  scoredAt: nullable(text),
  alerts: list(
    object({
      alert: text,
      reading: text,
      readAt: nullable(text),
      coverage: list(object({ artifact: text, version: real, share: real })),
      result,
    }),
  ),
  evidence: nullable(evidence),
  copies: list(
    object({
      alert: text,
      participant: text,
      readers: list(text),
      copyIdentified: text,
      useAtThatTime: text,
      artifacts: list(
        object({ artifact: text, kind: text, share: real, use: text, because: text }),
      ),
    }),
  ),
  leftOut: list(text),
  unsearched: list(text),
  status: object({
    report: text,
    state: text,
    tracedBy: text,
    tracedAt: text,
    released: nullable(object({ by: text, at: text })),
    replies: list(object({ participant: text, text, at: text })),
  }),
});
export type TraceAnswer = Told<typeof traceAnswer>;
export type TracedAlert = TraceAnswer['alerts'][number];
