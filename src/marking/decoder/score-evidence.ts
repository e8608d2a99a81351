import { TocsinError } from '../../domain/errors.ts';
import { recipientFor, type Scope } from '../code.ts';
import { budgetLeft, lnCorrected, lnPrice } from './budget.ts';
import { type Accumulated, accumulate, partsOf, tailsOf } from './evidence.ts';
import { type CountedEntry, countEntries, type Entry } from './fresh.ts';
import { type FrozenEvidence, frozenParts } from './frozen.ts';
import type {
  EvidenceResult,
  EvidenceScore,
  ReaderEvidence,
  ReaderScore,
  Tail,
  TraceResult,
} from './result.ts';
import { type Named, probability } from './stage.ts';

/**
 * Codeword bits that one stage may compute: recipients times slots. About two minutes of one core.
 */
export const MAX_EVIDENCE_BITS = 100_000_000;

/** What the evidence over alerts rests on. */
export type EvidenceInput = {
  /** All committed readings of the programme that read a slot, in the order of the ledger. */
  readonly entries: readonly Entry[];
  /** What alerts add whose mark key is sealed away; they have no entries. */
  readonly frozen: readonly FrozenEvidence[];
  /** What the sample at hand came to, alert by alert. */
  readonly sample: readonly { readonly alert: string; readonly result: TraceResult }[];
  /** SHA-256 of the sample at hand, hex: which entries are its own. */
  readonly sampleSha256: string;
  readonly cap: number;
  /** The last look of the trace at hand. */
  readonly look: number;
  readonly alpha: number;
};

/** The evidence, and of each entry how many slots it adds to it. */
export type ScoredEvidence = {
  readonly result: EvidenceResult;
  readonly adds: readonly number[];
  /** For whom of those named the sample at hand speaks by what it shows of one alert. */
  readonly spoken: readonly Spoken[];
};

/** The reader is empty where it is the participant. */
export type Spoken = Named & { readonly alert: string };

/**
 * Up to this p-value, divided by the number of its alerts, what a sample shows of an alert speaks
 * for somebody: for whoever took no part in it, whatever they did before, one sample in 10 000 does
 * so at most (a union bound). It chooses among those named, and names nobody.
 */
const SPEAKS = 1 / 10_000;

/**
 * Names whoever the sample at hand identifies alone, and whoever all alerts together do:
 * min(p_case·N·4π²n²/6, p_pooled·N·4π²n²/6, 2N/E) ≤ alpha. Participants first, on the slots that
 * their readers share, then the readers of those named, each stage paying for `cap` tests
 * (`scoreReading` says why that suffices). Whoever had no copy of an alert of which the sample has
 * a slot that counts is not named: an earlier report does that. Nor is whoever the other samples
 * name without this one, unless this one identifies them or speaks for them: else everybody who
 * once leaked would be named with every later find, others' leaks too.
 *
 * @throws LIMIT_EXCEEDED when a stage would take more than `MAX_EVIDENCE_BITS`.
 */
export function scoreEvidence(input: EvidenceInput): ScoredEvidence {
  const { entries, sample, cap, look, alpha } = input;
  const counted = countEntries(entries);
  const results = sample.map(({ result }) => result);
  const first = named(input, 'participant', counted, {
    among: holdersOf(counted, 'participant'),
    alone: results.flatMap(({ participants }) => participants.map((of) => ({ ...of, reader: '' }))),
  });
  const theirs = new Set(first.found.map(({ participant }) => participant));
  const second = named(input, 'reader', counted, {
    among: holdersOf(counted, 'reader').filter(({ participant }) => theirs.has(participant)),
    alone: results.flatMap(({ readers }) => readers),
  });
  const result: EvidenceResult = {
    v: 1,
    ...{ alpha, look, cap },
    budgetLeft: budgetLeft(look + 1),
    alerts: alertsOf(counted).size + input.frozen.length,
    frozen: input.frozen.length,
    stages: theirs.size === 0 ? [first.stage] : [first.stage, second.stage],
    participants: first.found.map(({ reader: _, ...score }): EvidenceScore => score),
    readers: second.found,
  };
  return {
    result,
    adds: counted.map(({ slots }) => slots.length),
    spoken: [...first.spoken, ...second.spoken],
  };
}

/** The alerts of which slots counted. */
function alertsOf(counted: readonly CountedEntry[]): Set<string> {
  return new Set(counted.filter(({ slots }) => slots.length > 0).map(({ alert }) => alert));
}

/** All who had a copy of one of the alerts, in the order of their ids. */
function holdersOf(counted: readonly CountedEntry[], scope: Scope): Named[] {
  const byId = new Map<string, Named>();
  for (const holders of new Set(counted.map((entry) => entry.holders))) {
    for (const holder of holders) byId.set(idOf(scope, holder), holder);
  }
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, holder]) => holder);
}

function idOf(scope: Scope, { participant, reader }: Named): string {
  return recipientFor(scope, participant, reader);
}

/** Those who had a copy of an alert of which the sample has a slot that counts. */
function concernedBy(
  { sample }: EvidenceInput,
  counted: readonly CountedEntry[],
  scope: Scope,
): Set<string> {
  const shown = sample.filter(
    ({ result }) => result.knownWord === null && result.slotsRead > result.slotsErased,
  );
  const alerts = new Set(shown.map(({ alert }) => alert));
  const holding = counted.filter(({ alert }) => alerts.has(alert));
  return new Set(holdersOf(holding, scope).map((holder) => idOf(scope, holder)));
}

/** Whom one stage names. */
function named(
  input: EvidenceInput,
  scope: Scope,
  counted: readonly CountedEntry[],
  { among, alone }: { readonly among: readonly Named[]; readonly alone: readonly ReaderScore[] },
): { stage: EvidenceResult['stages'][number]; found: ReaderEvidence[]; spoken: Spoken[] } {
  const slots = counted
    .flatMap((entry) => entry.slots)
    .filter((slot) => slot.scope === scope).length;
  const stage = { scope, slots, tested: among.length };
  if (among.length === 0) return { stage, found: [], spoken: [] };
  checkWork(slots * among.length);
  const lnLevel = Math.log(input.alpha) - lnPrice(input);
  const concerned = concernedBy(input, counted, scope);
  const verdicts = accumulated(input, scope, counted, among, lnLevel)
    .filter((candidate) => concerned.has(idOf(scope, candidate)))
    .map((candidate) => verdictOn(input, candidate, leastOf(scope, alone, candidate)))
    .filter(({ ln }) => ln <= Math.log(input.alpha));
  const known = namedWithout(input, scope, among, lnLevel, verdicts);
  const spoken = spokenFor(input, scope, among, verdicts);
  const isSpoken = ({ score }: Verdict): boolean =>
    spoken.some((one) => idOf(scope, one) === idOf(scope, score));
  const found = verdicts
    .filter((one) => one.score.sample !== null || !known.has(one.name) || isSpoken(one))
    .sort((a, b) => a.ln - b.ln || (a.name < b.name ? -1 : 1))
    .map(({ score }) => ({
      ...score,
      alerts: [...frozenParts(scope, input.frozen, score), ...partsOf(scope, counted, score)],
    }));
  return { stage, found, spoken };
}

/** For whom the sample speaks, by all that it shows of an alert, also where it was read before. */
function spokenFor(
  { entries, sampleSha256 }: EvidenceInput,
  scope: Scope,
  among: readonly Named[],
  verdicts: readonly Verdict[],
): Spoken[] {
  if (verdicts.length === 0) return [];
  const own = new Map(
    entries
      .filter(({ reading }) => reading.sample === sampleSha256)
      .map((entry) => [entry.reading.alert, entry]),
  );
  const lnLevel = Math.log(SPEAKS / own.size);
  const chosen = new Set(verdicts.map(({ score }) => idOf(scope, score)));
  return [...own].flatMap(([alert, entry]) =>
    countEntries([entry])
      .flatMap((counted) => tailsOf(scope, counted, among, lnLevel))
      .filter(({ who, lnP }) => lnP <= lnLevel && chosen.has(idOf(scope, who)))
      .map(({ who: { participant, reader } }) => ({ participant, reader, alert })),
  );
}

/** With what frozen alerts add. */
function accumulated(
  { frozen }: EvidenceInput,
  scope: Scope,
  counted: readonly CountedEntry[],
  among: readonly Named[],
  lnLevel: number,
): Accumulated[] {
  return accumulate(scope, counted, among, lnLevel).map((live) => {
    const before = frozenParts(scope, frozen, live);
    return { ...live, lnE: before.reduce((sum, { lnE }) => sum + lnE, live.lnE) };
  });
}

/**
 * The names of those whom the other samples name without the one at hand: asked only where
 * somebody would be named by more than it.
 */
function namedWithout(
  input: EvidenceInput,
  scope: Scope,
  among: readonly Named[],
  lnLevel: number,
  verdicts: readonly Verdict[],
): Set<string> {
  if (verdicts.every(({ score }) => score.sample !== null)) return new Set();
  const others = input.entries.filter(({ reading }) => reading.sample !== input.sampleSha256);
  return new Set(
    accumulated(input, scope, countEntries(others), among, lnLevel)
      .map((candidate) => verdictOn(input, candidate, null))
      .filter(({ ln }) => ln <= Math.log(input.alpha))
      .map(({ name }) => name),
  );
}

function checkWork(bits: number): void {
  if (bits <= MAX_EVIDENCE_BITS) return;
  throw new TocsinError(
    'LIMIT_EXCEEDED',
    `evidence: expected at most ${MAX_EVIDENCE_BITS} codeword bits, recipients times slots read ` +
      `in the programme's life, found ${bits}`,
    { field: 'evidence' },
  );
}

/** The least p-value by which one alert of the sample identifies the candidate; null: none does. */
function leastOf(scope: Scope, alone: readonly ReaderScore[], who: Named): ReaderScore | null {
  const own = alone.filter(
    ({ participant, reader }) =>
      participant === who.participant && (scope === 'participant' || reader === who.reader),
  );
  return own.toSorted((a, b) => a.corrected - b.corrected)[0] ?? null;
}

type Verdict = {
  readonly ln: number;
  readonly name: string;
  readonly score: Omit<ReaderEvidence, 'alerts'>;
};

function verdictOn(
  input: EvidenceInput,
  candidate: Accumulated,
  sample: ReaderScore | null,
): Verdict {
  const { participant, reader, lnE, lnPooled } = candidate;
  const none = { lnCase: null, lnPooled: null, lnE: null };
  const ways = [
    { by: 'sample', ln: sample === null ? 0 : Math.log(sample.corrected) },
    { by: 'pooled', ln: lnCorrected(input, { ...none, lnPooled }) },
    { by: 'accumulated', ln: lnCorrected(input, { ...none, lnE }) },
  ] as const;
  const { by, ln } = ways.reduce((least, way) => (way.ln < least.ln ? way : least));
  const score = {
    ...{ participant, reader, by, lnE },
    corrected: probability(ln),
    sample: sample === null ? null : { p: sample.p, log10P: sample.log10P },
    pooled: lnPooled < 0 ? tailOf(lnPooled) : null,
  };
  return { ln, name: `${participant}/${reader}`, score };
}

function tailOf(ln: number): Tail {
  return { p: probability(ln), log10P: ln / Math.LN10 };
}
