import { ACTIONS, type Action } from '../../domain/decision.ts';
import { buildEngine, type Engine, type Programs } from '../engine.ts';
import type { Notes } from '../notes.ts';
import type { PolicyPack } from '../pack.ts';
import type { Step } from '../program.ts';
import type { PrincipalType, Row } from '../request.ts';
import type { Rule } from '../rule.ts';
import { SLOT, type Vocabulary } from '../vocabulary.ts';
import { dimensionsOf } from './dimensions.ts';
import {
  anyMoments,
  type Moment,
  plannedMoments,
  type Waves,
  wavesOf,
  writeMoment,
} from './moments.ts';
import { ordinary } from './ordinary.ts';
import { possibleFacts } from './possible.ts';
import { readsOf } from './reads.ts';
import { type Budget, IMPOSSIBLE, type Piece, type Sayings, solve, TooMany } from './solve.ts';

/** Everything that can be asked of a pack: its rules and its invariants in one engine. */
export type World = {
  readonly vocabulary: Vocabulary;
  readonly engine: Engine;
  readonly waves: Waves;
  readonly settings: readonly Setting[];
};

/** Who asks for which kind. */
export type Setting = {
  readonly type: PrincipalType;
  /** Code of the tier; null for the public. */
  readonly tier: number | null;
  /** Code of the kind. */
  readonly kind: number;
  readonly programs: Programs;
};

/** Where the waves stand: where the leads of the pack put them, or anywhere. */
export type Standing = 'planned' | 'anywhere';

/** Bits that a rule adds to what is said where it applies, and where it fails. */
export type Bits = { readonly applies: number; readonly fails: number };

/** What is asked of a world. */
export type Question = {
  /** Id of the rule it is about: requests to which it says nothing are left out. */
  readonly about: string;
  /** What each rule says; null: it is left out. */
  readonly voice: (rule: Rule, action: Action) => Bits | null;
  readonly standing: Standing;
  /** Bits with all of which said nothing more is of interest; 0: there are none. */
  readonly settled: number;
};

/** How many answers of rules one question may take; shipped packs take a tenth of it. */
const MOST_ANSWERS = 4_000_000;

/** The world of a pack. @throws POLICY_INVALID */
export function worldOf(pack: PolicyPack): World {
  const { vocabulary, rules, invariants, table } = pack;
  const engine = buildEngine([...rules, ...invariants.map(({ rule }) => rule)], vocabulary);
  const participants = engine.tiers.flatMap((kinds, tier) =>
    kinds.map((programs, kind) => ({ type: 'Participant' as const, tier, kind, programs })),
  );
  const everyone = engine.everyone.map((programs, kind) => ({
    type: 'Public' as const,
    tier: null,
    kind,
    programs,
  }));
  const settings = [...participants, ...everyone];
  return { vocabulary, engine, waves: wavesOf(vocabulary, table.leads), settings };
}

/** A fresh budget for one question. */
export function budget(): Budget {
  return { left: MOST_ANSWERS };
}

/**
 * Everything that can be said in a setting where the rule in question speaks, moment by moment. The
 * same row is given out again and again; it holds the moment, not the facts.
 * @throws TooMany
 */
export function* sayingsIn(
  world: World,
  setting: Setting,
  question: Question,
  left: Budget,
): Generator<{ readonly row: Row; readonly moment: Moment; readonly sayings: Sayings }> {
  const { vocabulary, engine, waves } = world;
  const voices = voicesIn(setting, question);
  if (!voices.some(({ step }) => step.rule.id === question.about)) return;
  const notes = voices.map(({ step }) => step.notes);
  const reads = readsOf(vocabulary, notes);
  if (reads === null) throw new TooMany();
  const row = ordinaryRow(vocabulary, engine, setting);
  const planned = question.standing === 'planned' ? waves : new Map<number, number>();
  const fixed = new Set([SLOT.tier, SLOT.kind, SLOT.now, ...planned.keys()]);
  const pieces = piecesOf(world, voices, question);
  const moments = planned.size > 0 ? plannedMoments(reads, waves) : anyMoments(reads);
  for (const moment of moments) {
    writeMoment(row, moment, planned);
    const dimensions = dimensionsOf(vocabulary, reads, fixed, row);
    if (dimensions === null) throw new TooMany();
    const facts = possibleFacts(vocabulary, reads, dimensions);
    const sayings = solve([...facts, ...pieces], dimensions, row, left, question.settled);
    yield { row, moment, sayings };
  }
}

type Voiced = { readonly step: Step; readonly bits: Bits };

/** The steps that have a voice; one that is the same for both actions is asked once. */
function voicesIn({ programs }: Setting, { voice }: Question): Voiced[] {
  const heard = new Map<Step, Bits>();
  for (const action of ACTIONS) {
    for (const step of programs[action].steps) {
      const bits = voice(step.rule, action);
      if (bits === null) continue;
      const known = heard.get(step) ?? { applies: 0, fails: 0 };
      heard.set(step, { applies: known.applies | bits.applies, fails: known.fails | bits.fails });
    }
  }
  return [...heard].map(([step, bits]) => ({ step, bits }));
}

/** The rule in question comes first, as one piece: where it is silent, nobody else is asked. */
function piecesOf(world: World, voices: readonly Voiced[], { about }: Question): Piece[] {
  const own = voices
    .filter(({ step }) => step.rule.id === about)
    .map((voiced) => pieceOf(world, voiced));
  const others = voices
    .filter(({ step }) => step.rule.id !== about)
    .map((voiced) => pieceOf(world, voiced));
  const gate: Piece = {
    slots: new Set(own.flatMap(({ slots }) => [...slots])),
    says: (row) => own.reduce((said, piece) => said | piece.says(row), 0) || IMPOSSIBLE,
  };
  return [gate, ...others];
}

function pieceOf({ vocabulary, engine }: World, { step, bits }: Voiced): Piece {
  const made = step.columns.flatMap(({ slot }) => {
    const comparison = engine.comparisons[slot - vocabulary.slots];
    return comparison === undefined ? [] : [{ slot, ...comparison }];
  });
  return {
    slots: slotsOf(vocabulary, step.notes),
    says: (row) => {
      for (const { slot, left, right } of made) {
        row[slot] = (row[left] ?? Number.NaN) < (row[right] ?? Number.NaN) ? 1 : 0;
      }
      try {
        return step.test(row) === 0 ? 0 : bits.applies;
      } catch {
        return bits.fails;
      }
    },
  };
}

function slotsOf({ attributes }: Vocabulary, notes: Notes): Set<number> {
  const slots = [...notes.attributes].map((path) => attributes.get(path)?.slot);
  return new Set(slots.filter((slot) => slot !== undefined));
}

function ordinaryRow(vocabulary: Vocabulary, engine: Engine, { tier, kind }: Setting): Row {
  const row = new Float64Array(engine.row.length);
  for (const { slot, type } of vocabulary.attributes.values()) {
    row[slot] = ordinary(vocabulary, type, slot);
  }
  row[SLOT.tier] = tier ?? Number.NaN;
  row[SLOT.kind] = kind;
  return row;
}
