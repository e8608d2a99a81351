import { type Static, type TSchema, Type } from 'typebox';
import { ARTIFACT_KINDS } from '../../domain/artifact.ts';
import { FIND_KINDS, FIND_USES, SHIPPED } from '../../domain/find.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { ReportStatus } from '../../programme/trace/release-report.ts';
import type { TraceReport } from '../../programme/trace/trace-report.ts';
import { Count, Hex32, IdText, InstantText, listOf, nullable, oneOf } from './basic.ts';

const Text = Type.String();
const Real = Type.Number();

const Score = {
  p: Real,
  log10P: Real,
  corrected: Real,
  identified: Type.Boolean(),
  hypothesis: Text,
  agreeing: Count,
  disagreeing: Count,
};

const Tail = Type.Object({ p: Real, log10P: Real });
const NamedTail = Type.Object({ name: Text, p: Real, log10P: Real });

const Stage = Type.Object({
  scope: Text,
  slots: Count,
  tested: Count,
  hypotheses: listOf(Type.Object({ name: Text, weight: Real, selected: Type.Boolean() })),
});

const Canary = Type.Object({
  key: Type.Object({ artifact: IdText, slot: Text }),
  family: Text,
  participant: IdText,
  reader: nullable(IdText),
  bits: Count,
  strings: Count,
  corrected: Real,
});

/** `TraceResult` of marking/decoder/result.ts, which says what each field means. */
const Result = Type.Object({
  v: Count,
  alpha: Real,
  look: Count,
  cap: Count,
  tested: Count,
  slotsTotal: Count,
  slotsRead: Count,
  slotsErased: Count,
  byFamily: listOf(
    Type.Object({ family: Text, slots: Count, read: Count, erased: Type.Boolean() }),
  ),
  knownWord: nullable(Text),
  mixed: Type.Boolean(),
  stages: listOf(Stage),
  participants: listOf(Type.Object({ participant: IdText, ...Score })),
  readers: listOf(Type.Object({ participant: IdText, reader: IdText, ...Score })),
  identified: listOf(Type.Object({ participant: IdText, readers: listOf(IdText) })),
  needed: nullable(Real),
  sensitivity: listOf(
    Type.Object({
      participant: IdText,
      reader: nullable(IdText),
      all: Tail,
      withoutFamily: nullable(NamedTail),
      withoutArtifact: nullable(NamedTail),
      half: Tail,
    }),
  ),
  canaries: listOf(Canary),
  untested: listOf(Text),
});

const Evidence = {
  participant: IdText,
  corrected: Real,
  by: Text,
  sample: nullable(Tail),
  pooled: nullable(Tail),
  lnE: Real,
  alerts: listOf(Type.Object({ alert: IdText, lnE: Real, agreeing: Count, disagreeing: Count })),
};

/** `EvidenceResult` of marking/decoder/result.ts, and what entered. */
const OverAlerts = Type.Object({
  v: Count,
  alpha: Real,
  look: Count,
  cap: Count,
  budgetLeft: Real,
  readings: Count,
  list: Hex32,
  alerts: Count,
  frozen: Count,
  stages: listOf(Type.Object({ scope: Text, slots: Count, tested: Count })),
  participants: listOf(Type.Object(Evidence)),
  readers: listOf(Type.Object({ ...Evidence, reader: IdText })),
});

/** Where and when a sample was found. */
export const FindText = Type.Object({
  kind: oneOf(FIND_KINDS),
  place: Text,
  foundAt: InstantText,
  shipped: oneOf(SHIPPED),
  member: nullable(IdText),
});

/** `NamedCopy` of programme/trace-report.ts: whose copy, and apart from it what was permitted. */
const NamedCopyText = Type.Object({
  alert: IdText,
  participant: IdText,
  readers: listOf(IdText),
  copyIdentified: Text,
  useAtThatTime: oneOf(FIND_USES),
  artifacts: listOf(
    Type.Object({
      artifact: IdText,
      kind: oneOf(ARTIFACT_KINDS),
      share: Real,
      use: oneOf(FIND_USES),
      because: Text,
    }),
  ),
});

/** What became of a report, which itself never changes. */
const StatusText = Type.Object({
  report: Hex32,
  state: oneOf(['draft', 'released']),
  tracedBy: IdText,
  tracedAt: InstantText,
  released: nullable(Type.Object({ by: IdText, at: InstantText })),
  replies: listOf(
    Type.Object({
      reply: IdText,
      participant: IdText,
      text: Text,
      recordedBy: IdText,
      at: InstantText,
    }),
  ),
});

/** A report as it is told: as it was stored, with what became of it. */
export type ToldReport = TraceReport & { readonly status: Static<typeof StatusText> };

/** The report with its status. */
export function presentReport(report: TraceReport, status: ReportStatus): ToldReport {
  const { released, replies, tracedAt } = status;
  return {
    ...report,
    status: {
      ...status,
      tracedAt: formatInstant(tracedAt),
      released: released && { ...released, at: formatInstant(released.at) },
      replies: replies.map((reply) => ({ ...reply, at: formatInstant(reply.at) })),
    },
  };
}

/** What a trace found, per alert of which the sample had something. */
export const TraceReportText = typed<ToldReport>(
  Type.Object({
    v: Count,
    sighting: IdText,
    sample: Hex32,
    find: nullable(FindText),
    scoredAt: nullable(InstantText),
    alerts: listOf(
      Type.Object({
        alert: IdText,
        reading: Hex32,
        readAt: nullable(InstantText),
        marks: nullable(
          Type.Object({ key: Hex32, tables: Hex32, at: InstantText, tick: nullable(Count) }),
        ),
        coverage: listOf(Type.Object({ artifact: IdText, version: Count, share: Real })),
        result: Result,
      }),
    ),
    evidence: nullable(OverAlerts),
    copies: listOf(NamedCopyText),
    leftOut: listOf(IdText),
    unsearched: listOf(IdText),
    status: StatusText,
  }),
);

/** The schema as one of a type that is declared elsewhere and travels as it is. */
function typed<T>(schema: TSchema) {
  return Type.Unsafe<T>(schema);
}
