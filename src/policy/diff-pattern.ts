/**
 * How one class of participants is decided under two policies: the changes, with instants that are
 * the alert's own or else are read off each participant of the class.
 */
import type { ArtifactKind, Variant } from '../domain/artifact.ts';
import {
  type Decision,
  effectiveDecision,
  OUTCOMES,
  type PrincipalFacts,
} from '../domain/decision.ts';
import type { ArtifactId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import { landmarksOf, type Telling } from './alike.ts';
import { decideLoaded, REFUSED_DECISION, turningPoints } from './decide.ts';
import { type Programs, programsFor } from './engine.ts';
import type { PlannedAlert } from './plan.ts';
import type { Policy } from './policy.ts';
import { fillRow, type Row } from './request.ts';
import { NEVER, SLOT } from './vocabulary.ts';

/** A policy on one side of a comparison. */
export type Side = { readonly policy: Policy; readonly telling: Telling };

/** Something of the policy before, and the same of the one after. */
export type Pair<T> = readonly [before: T, after: T];

/** Artifacts of one kind and variant, with or without a reduced one: decided alike. */
export type Group = {
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly hasReduced: boolean;
  readonly ids: readonly ArtifactId[];
};

/** An instant of the alert, or so many milliseconds after the `own`-th of the participant's. */
export type Moment = { readonly at: Instant } | { readonly own: number; readonly after: number };

/** A change in the decision on a group of artifacts. */
export type Pattern = {
  readonly group: Group;
  readonly direction: 'gains' | 'loses';
  readonly from: Moment;
  readonly until: Moment | null;
  readonly before: Decision;
  readonly after: Decision;
  /**
   * From when the artifact itself is held before disclosure, under each policy, at the latest from
   * disclosure; null but in the first change of a group, so that it counts once.
   */
  readonly held: Pair<Moment> | null;
};

/** The groups of an alert's artifacts. */
export function groupsOf(artifacts: PlannedAlert['artifacts']): Group[] {
  const groups = new Map<string, Group & { readonly ids: ArtifactId[] }>();
  for (const { id, kind, variant, reducedBy } of artifacts) {
    const hasReduced = reducedBy !== null;
    const key = `${kind}/${variant}/${hasReduced}`;
    const group = groups.get(key) ?? { kind, variant, hasReduced, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Writes a participant's facts into a policy's row; null when its schema does not admit them. */
export function fillSide(
  { policy: { engine } }: Side,
  alert: Omit<PlannedAlert, 'schedule'>,
  principal: PrincipalFacts,
  schedule: Schedule,
  now: Instant,
): Row | null {
  const { vulnerability, assurance, platform } = alert;
  // Kind and variant are set for each group; what stands here meanwhile is any there is.
  const artifact = { kind: 'advisory', variant: 'full' } as const;
  const facts = { principal, artifact, vulnerability, schedule, assurance, platform };
  try {
    fillRow(engine.row, engine.vocabulary, engine.codes, facts, now);
    return engine.row;
  } catch {
    // Facts that a policy does not admit it denies: a difference like any other.
    return null;
  }
}

/** The instants of the alert under both policies, and `now`. */
export function landmarksOfBoth(sides: Pair<Side>, rows: Pair<Row | null>): number[] {
  const found = sides.flatMap(({ policy }, i) => {
    const row = rows[i];
    return row ? landmarksOf(row, policy.engine.vocabulary) : [];
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The participant's instants that only compare, of both rows; what is refused has none. */
export function ownInstants(sides: Pair<Side>, rows: Pair<Row | null>): Instant[] {
  return sides.flatMap(({ telling }, i) =>
    telling.instants.map((slot) => (rows[i]?.[slot] ?? NEVER) as Instant),
  );
}

type Span = { from: Instant; until: Instant | null; before: Decision; after: Decision };

/** The changes in one group, from `now` on. */
export function patternsOf(
  sides: Pair<Side>,
  rows: Pair<Row | null>,
  group: Group,
  landmarks: readonly number[],
  disclosureAt: Instant,
  now: Instant,
): Pattern[] {
  const own = ownInstants(sides, rows);
  const asked: Pair<Asked | null> = [ask(sides[0], rows[0], group), ask(sides[1], rows[1], group)];
  const points = pointsOf(asked, now);
  const decided = points.map(
    (at): Pair<Decision> => [decideAt(asked[0], group, at), decideAt(asked[1], group, at)],
  );
  const moment = (at: Instant) => momentOf(own, landmarks, at);
  const held = ([0, 1] as const).map((side) => heldFrom(points, decided, side, disclosureAt));
  return spansOf(points, decided).map((span, i) => ({
    group,
    direction: rank(span.after) > rank(span.before) ? 'gains' : 'loses',
    from: moment(span.from),
    until: span.until === null ? null : moment(span.until),
    before: span.before,
    after: span.after,
    held: i > 0 ? null : [moment(held[0] ?? disclosureAt), moment(held[1] ?? disclosureAt)],
  }));
}

type Asked = { readonly programs: Programs; readonly row: Row };

function ask({ policy: { engine } }: Side, row: Row | null, group: Group): Asked | null {
  if (row === null) return null;
  row[SLOT.kind] = engine.codes.Kind.get(group.kind) ?? Number.NaN;
  row[SLOT.variant] = engine.codes.Variant.get(group.variant) ?? Number.NaN;
  const programs = programsFor(engine, 'Participant', row);
  return programs === null ? null : { programs, row };
}

function pointsOf(asked: Pair<Asked | null>, now: Instant): Instant[] {
  const found = asked.flatMap((each) =>
    each === null ? [] : turningPoints(each.programs, each.row, now),
  );
  return [...new Set([now, ...found])].sort((a, b) => a - b);
}

function decideAt(asked: Asked | null, { hasReduced }: Group, at: Instant): Decision {
  if (asked === null) return REFUSED_DECISION;
  asked.row[SLOT.now] = at;
  return effectiveDecision(decideLoaded(asked.programs, asked.row), hasReduced);
}

/** Neighbouring instants at which both policies answer as before make one span. */
function spansOf(points: readonly Instant[], decided: readonly Pair<Decision>[]): Span[] {
  const spans: Span[] = [];
  for (const [i, [before, after]] of decided.entries()) {
    const from = points[i];
    const last = spans.at(-1);
    if (from === undefined) break;
    if (last !== undefined && last.until === null) {
      if (sameOutcomes(last, before, after)) continue;
      last.until = from;
    }
    if (before.outcome !== after.outcome) spans.push({ from, until: null, before, after });
  }
  return spans;
}

function sameOutcomes(span: Span, before: Decision, after: Decision): boolean {
  return span.before.outcome === before.outcome && span.after.outcome === after.outcome;
}

/** The first instant at which the artifact itself is given, or disclosure. */
function heldFrom(
  points: readonly Instant[],
  decided: readonly Pair<Decision>[],
  side: 0 | 1,
  disclosureAt: Instant,
): Instant {
  const first = points.find((_, i) => decided[i]?.[side].outcome === 'allow');
  return first !== undefined && first < disclosureAt ? first : disclosureAt;
}

/** More is given the lower its place in `OUTCOMES`. */
function rank({ outcome }: Decision): number {
  return -OUTCOMES.indexOf(outcome);
}

/**
 * Where an instant comes from. One that is neither the alert's nor a participant's that only
 * compares is the same for the whole class, whose key has it.
 */
function momentOf(own: readonly Instant[], landmarks: readonly number[], at: Instant): Moment {
  if (landmarks.includes(at) || landmarks.includes(at - 1)) return { at };
  const found = own.findIndex((each) => at - each === 0 || at - each === 1);
  return found < 0 ? { at } : { own: found, after: at - (own[found] ?? at) };
}

/** The instant for a participant with these instants. */
export function instantOf(moment: Moment, own: readonly Instant[]): Instant {
  if ('at' in moment) return moment.at;
  return ((own[moment.own] ?? NEVER) + moment.after) as Instant;
}
