import type { Scope } from '../code.ts';
import type { SlotKey } from '../slot-table.ts';
import type { FamilyReport } from './families.ts';
import type { KnownWord } from './known-word.ts';

/** What a candidate's copy has in common with the sample, and how surprising that is. */
export type Score = {
  /**
   * Chance that a copy not used for the leak matches this well, whatever was done to the sample;
   * exact (rounded up), before the correction for the number of copies. Never 0.
   */
  readonly p: number;
  /** The same as a decimal logarithm, for tails below a double's range. */
  readonly log10P: number;
  /**
   * `p` times the cap on readers and the price of this look, at most 1: what alpha is compared
   * with.
   */
  readonly corrected: number;
  readonly identified: boolean;
  /** The test that gave `p`: its hypothesis, and what was given besides the leaked word. */
  readonly hypothesis: string;
  /** Read slots at which the copy shows what the sample shows, and the rest. */
  readonly agreeing: number;
  readonly disagreeing: number;
};

/** Score of a participant, on the slots all its readers share. */
export type ParticipantScore = Score & { readonly participant: string };
/** Score of a reader, on the slots that are its own. */
export type ReaderScore = ParticipantScore & { readonly reader: string };

/** What one stage (all participants, or the readers of those identified) rested on. */
export type StageReport = {
  readonly scope: Scope;
  /** Slots that counted: of this scope, read, and not of an erased family. */
  readonly slots: number;
  /** Candidates tested. */
  readonly tested: number;
  readonly hypotheses: readonly {
    readonly name: string;
    readonly weight: number;
    /** Whether it depends on the leaked word alone: selected by it. */
    readonly selected: boolean;
  }[];
};

/** A probability, and its decimal logarithm for tails below a double's range. */
export type Tail = { readonly p: number; readonly log10P: number };

/**
 * How much the identification of a copy hangs on a part of what was read: exact p-values of that
 * copy alone, before correction.
 */
export type Sensitivity = {
  readonly participant: string;
  /** Null: of the participant, on the slots that its readers share. */
  readonly reader: string | null;
  readonly all: Tail;
  /** Without the family that it hangs on most; null: nothing was read. */
  readonly withoutFamily: (Tail & { readonly name: string }) | null;
  /** Without the artifact that it hangs on most. */
  readonly withoutArtifact: (Tail & { readonly name: string }) | null;
  /** On every second slot. */
  readonly half: Tail;
};

/** A canary value of a recipient, found in the sample. It never suffices alone. */
export type CanaryHit = {
  readonly key: SlotKey;
  readonly family: string;
  readonly participant: string;
  /** Null for a value that all readers of the participant share (machine channels). */
  readonly reader: string | null;
  readonly bits: number;
  /** Strings of the sample that were compared. */
  readonly strings: number;
  /** min(1, cap · strings / 2^bits). Not to be multiplied with a p-value. */
  readonly corrected: number;
};

/** What a trace leaves untested; a report lists it. */
export type Untested =
  | 'sets_of_four_or_more'
  | 'other_normal_forms'
  | 'erased_families'
  | 'readers_of_unidentified_participants'
  | 'all_copies';

/**
 * The result of scoring one reading against everybody who had the alert. It has numbers of the
 * copies identified alone: a number of anybody else would tell whoever may have samples traced how
 * that copy reads, a slot for each sample, until they could write it themselves.
 */
export type TraceResult = {
  readonly v: 1;
  readonly alpha: number;
  readonly look: number;
  /** Readers the programme may ever have: the number of tests that is paid for. */
  readonly cap: number;
  /** Readers whose copies were compared, each through its participant at least. */
  readonly tested: number;
  readonly slotsTotal: number;
  readonly slotsRead: number;
  /** Read slots that do not count because their family looks normalised. */
  readonly slotsErased: number;
  readonly byFamily: readonly FamilyReport[];
  /** Set: the sample is a text that is no recipient's copy; nobody was scored. */
  readonly knownWord: KnownWord | null;
  /**
   * Whether copies were mixed with the text as authored. Its word was given then, and the other
   * words were scored beside it.
   */
  readonly mixed: boolean;
  readonly stages: readonly StageReport[];
  /** The participants identified, ascending in `p`. */
  readonly participants: readonly ParticipantScore[];
  /** The readers identified, ascending in `p`. */
  readonly readers: readonly ReaderScore[];
  /** The answer. A participant without readers: its copy, of which reader is undecided. */
  readonly identified: readonly {
    readonly participant: string;
    readonly readers: readonly string[];
  }[];
  /**
   * About how many more slots would have to be read to name a single copy with probability .95.
   * Null when a name was found, and when slots are not what is missing.
   */
  readonly needed: number | null;
  /** Of the participants and the readers identified. */
  readonly sensitivity: readonly Sensitivity[];
  readonly canaries: readonly CanaryHit[];
  readonly untested: readonly Untested[];
};

/** What the slots of one alert add to the evidence about somebody. */
export type EvidencePart = {
  readonly alert: string;
  /** ln of the product of its factors: the e-value of the alert. */
  readonly lnE: number;
  readonly agreeing: number;
  readonly disagreeing: number;
};

/** Evidence about somebody named, over all alerts of the programme that were traced so far. */
export type EvidenceScore = {
  readonly participant: string;
  /** The least of the three, corrected as `lnCorrected` says: what alpha is compared with. */
  readonly corrected: number;
  /** Which of the three gave it. */
  readonly by: 'sample' | 'pooled' | 'accumulated';
  /**
   * Of the alerts in the sample at hand, the least p-value of one alone; null: none alone
   * identifies.
   */
  readonly sample: Tail | null;
  /** Over all slots of all alerts as one long word, uncorrected; null: not near. */
  readonly pooled: Tail | null;
  /** ln of the product of the factors of all alerts: cumulative E. */
  readonly lnE: number;
  /** The alerts that it is made of. */
  readonly alerts: readonly EvidencePart[];
};

/** The same about a reader, on the slots that are its own. */
export type ReaderEvidence = EvidenceScore & { readonly reader: string };

/**
 * The evidence over alerts at one look. As with `TraceResult`, it has numbers of those named alone.
 * That somebody is named says that copies issued to it were used in some of these alerts, not in
 * which.
 */
export type EvidenceResult = {
  readonly v: 1;
  readonly alpha: number;
  readonly look: number;
  readonly cap: number;
  /** The part of alpha, from 0 to 1, that p-values of later looks may still spend. */
  readonly budgetLeft: number;
  /** Alerts of which slots counted. */
  readonly alerts: number;
  /** Those of them that count as frozen: their slots are in no stage and no pooled p-value. */
  readonly frozen: number;
  /** One per stage run: slots of that scope over all alerts, and how many were compared. */
  readonly stages: readonly Pick<StageReport, 'scope' | 'slots' | 'tested'>[];
  /** The participants named, by the sample alone too, ascending in `corrected`. */
  readonly participants: readonly EvidenceScore[];
  /** The readers named, ascending in `corrected`. */
  readonly readers: readonly ReaderEvidence[];
};
