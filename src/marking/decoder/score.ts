import { invalid } from '../../domain/errors.ts';
import { checkKey, type MarkKey, type Scope } from '../code.ts';
import type { Reading } from '../reading.ts';
import type { CanarySlot } from '../slot-table.ts';
import { lnPrice } from './budget.ts';
import { findCanaries } from './canaries.ts';
import { type Counted, countedOf } from './counted.ts';
import { SHARES } from './decode.ts';
import type { FamilyReport } from './families.ts';
import { slotsFor } from './needed.ts';
import type { ParticipantScore, Sensitivity, TraceResult, Untested } from './result.ts';
import { sensitivityOf } from './sensitivity.ts';
import { type Named, runStage } from './stage.ts';

/** Chance of naming anybody wrongly that a programme may spend in its whole life. */
export const ALPHA = 1e-6;

/** A participant and those of its readers who ever had a version of the alert; at least one. */
export type Candidate = { readonly participant: string; readonly readers: readonly string[] };

/** What a trace needs, besides the reading that was committed before the key was touched. */
export type TraceInput = {
  readonly reading: Reading;
  readonly key: MarkKey;
  readonly participants: readonly Candidate[];
  /** The canary slots of the known versions. */
  readonly canaries: readonly CanarySlot[];
  /** Readers the programme may ever have, as declared in the ledger. */
  readonly cap: number;
  /** Running number of traces in the programme's life, from 1. */
  readonly look: number;
  readonly alpha?: number;
};

/**
 * Says whose copy a sample was made from, or that the evidence does not suffice.
 *
 * Participants are tested first, on the slots that all readers of a participant share; then, on the
 * other slots, the readers of the participants identified. Both stages pay for `cap` tests.
 * Together they still wrongly name anybody with probability alpha at most: every participant has a
 * reader, so the unconcerned participants and the unconcerned readers of the others are no more
 * than `cap`. The bound holds while the leaked word is independent of a copy given the biases. It
 * does not cover whoever copied, or rendered, that very copy.
 *
 * @throws INVALID_INPUT when the key is not 32 bytes, the look not a whole number from 1, the cap
 * below the number of readers, alpha not between 0 and 1, or a participant has no reader.
 */
export function scoreReading(input: TraceInput): TraceResult {
  const alpha = input.alpha ?? ALPHA;
  checkInput(input, alpha);
  const { slots, read, families, knownWord, scopes } = countedOf(input.reading, input.key);
  const level: Level = { ...input, alpha, scopes };
  const trace = knownWord === null ? traceCopies(level) : NOTHING_SCORED;
  const kept = scopes.participant.kept.length + scopes.reader.kept.length;
  return {
    v: 1,
    alpha,
    look: input.look,
    cap: input.cap,
    tested: knownWord === null ? countReaders(input.participants) : 0,
    slotsTotal: slots.length,
    slotsRead: read.length,
    slotsErased: read.length - kept,
    byFamily: families,
    knownWord,
    mixed: scopes.participant.mixed,
    ...trace,
    needed: knownWord === null ? moreSlots(level, trace) : null,
    sensitivity: sensitivities(level, trace),
    canaries: findCanaries({ ...input, slots: input.canaries, strings: input.reading.strings }),
    untested: untested(trace, families, input.participants.length),
  };
}

type Level = TraceInput & { readonly alpha: number; readonly scopes: Counted['scopes'] };
type Trace = Pick<TraceResult, 'stages' | 'participants' | 'readers' | 'identified'>;

const NOTHING_SCORED: Trace = { stages: [], participants: [], readers: [], identified: [] };

function checkInput({ key, participants, cap, look }: TraceInput, alpha: number): void {
  checkKey(key);
  if (!Number.isSafeInteger(look) || look < 1) throw invalid('look', 'a whole number from 1', look);
  if (!(alpha > 0 && alpha < 1)) throw invalid('alpha', 'a number between 0 and 1', alpha);
  const readers = countReaders(participants);
  if (!Number.isSafeInteger(cap) || cap < readers) {
    throw invalid('cap', `a whole number of at least ${readers} readers`, cap);
  }
  const empty = participants.findIndex((candidate) => candidate.readers.length === 0);
  if (empty >= 0) throw invalid(`participants[${empty}].readers`, 'at least one reader', 0);
}

function traceCopies(level: Level): Trace {
  const all = level.participants.map(({ participant, readers }) => ({
    participant,
    reader: readers[0] ?? '',
  }));
  const first = runStage(level, 'participant', level.scopes.participant, all);
  const found = first.scores
    .filter(({ identified }) => identified)
    .map(({ reader: _, ...score }): ParticipantScore => score);
  const theirs = found.flatMap(({ participant }) => readersOf(level, participant));
  const second =
    theirs.length === 0 ? null : runStage(level, 'reader', level.scopes.reader, theirs);
  const readers = second?.scores.filter(({ identified }) => identified) ?? [];
  return {
    stages: second === null ? [first.report] : [first.report, second.report],
    participants: found,
    readers,
    identified: found.map(({ participant }) => ({
      participant,
      readers: readers
        .filter((score) => score.participant === participant)
        .map(({ reader }) => reader),
    })),
  };
}

function sensitivities({ key, scopes }: Level, { participants, readers }: Trace): Sensitivity[] {
  return [
    ...participants.map(({ participant }) =>
      sensitivityOf('participant', { participant, reader: '' }, { key, ...scopes.participant }),
    ),
    ...readers.map((named) => sensitivityOf('reader', named, { key, ...scopes.reader })),
  ];
}

function readersOf({ participants }: Level, participant: string): Named[] {
  return participants
    .filter((candidate) => candidate.participant === participant)
    .flatMap(({ readers }) => readers.map((reader) => ({ participant, reader })));
}

/** More slots to read so that the first undecided stage decides, scaled to slots of both scopes. */
function moreSlots(level: Level, trace: Trace): number | null {
  const undecided = trace.identified.some(({ readers }) => readers.length === 0);
  if (trace.identified.length > 0 && !undecided) return null;
  const scope: Scope = trace.identified.length === 0 ? 'participant' : 'reader';
  const share = scope === 'participant' ? 2 / 3 : 1 / 3;
  const goal = slotsFor(Math.log(level.alpha * SHARES.single) - lnPrice(level));
  const have = level.scopes[scope].kept.length;
  return goal === null || goal <= have ? null : Math.ceil((goal - have) / share);
}

function untested(
  { stages, identified }: Trace,
  families: readonly FamilyReport[],
  participants: number,
): Untested[] {
  const always: Untested[] = ['sets_of_four_or_more', 'other_normal_forms'];
  if (families.some(({ erased }) => erased)) always.push('erased_families');
  if (stages.length === 0) always.push('all_copies');
  else if (identified.length < participants) always.push('readers_of_unidentified_participants');
  return always;
}

function countReaders(participants: readonly Candidate[]): number {
  return participants.reduce((sum, { readers }) => sum + readers.length, 0);
}
