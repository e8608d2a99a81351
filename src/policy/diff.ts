import type { ArtifactKind } from '../domain/artifact.ts';
import type { Decision, Outcome, PrincipalFacts, ReasonCode } from '../domain/decision.ts';
import type { Consent, Enrolment, Involvement, Tier } from '../domain/enrolment.ts';
import type { AlertId, ArtifactId, ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import { keyOf, placeOf, tellingOf } from './alike.ts';
import {
  fillSide,
  type Group,
  groupsOf,
  instantOf,
  landmarksOfBoth,
  ownInstants,
  type Pair,
  type Pattern,
  patternsOf,
  type Side,
} from './diff-pattern.ts';
import type { PlannedAlert } from './plan.ts';
import type { Policy } from './policy.ts';
import { fillPrincipal, type Row } from './request.ts';

/** What a participant is to one alert. */
export type Relation = {
  readonly consent: Consent;
  readonly involvement: Involvement;
  readonly doubted: boolean;
};

/** An alert as two policies see it: `before` and `after` are its schedule under each. */
export type DiffedAlert = Omit<PlannedAlert, 'schedule'> & {
  readonly alert: AlertId;
  readonly before: Schedule;
  readonly after: Schedule;
  /** Of those participants that are not `ORDINARY` to the alert. */
  readonly relations: ReadonlyMap<ParticipantId, Relation>;
};

/** A participant as two policies see it. */
export type DiffedParticipant = {
  readonly participant: ParticipantId;
  readonly enrolment: Enrolment;
};

/** From `from` until `until` (exclusive; null: for good) these artifacts are decided otherwise. */
export type Change = {
  readonly artifacts: readonly ArtifactId[];
  readonly kind: ArtifactKind;
  readonly direction: Pattern['direction'];
  readonly from: Instant;
  readonly until: Instant | null;
  readonly before: Decision;
  readonly after: Decision;
};

/** What changes for one participant in one alert. */
export type DiffLine = {
  readonly participant: ParticipantId;
  readonly alert: AlertId;
  readonly changes: readonly Change[];
};

/** Changes of one sort, over all participants and alerts. */
export type Effect = {
  readonly direction: Pattern['direction'];
  /** Of the stricter decision: why something is lost, or why it was withheld before. */
  readonly reason: ReasonCode;
  readonly tier: Tier;
  readonly kind: ArtifactKind;
  readonly before: Outcome;
  readonly after: Outcome;
  readonly participants: number;
  /** Artifacts, counted for each participant. */
  readonly artifacts: number;
  /**
   * By how much less time before disclosure the artifacts themselves are held, summed over
   * `artifacts`, in milliseconds; negative where it is more.
   */
  readonly headStartLostMs: number;
};

/** The difference of two policies over enrolments, open alerts and all instants from `now` on. */
export type PolicyDiff = {
  readonly participants: number;
  readonly alerts: number;
  /** Participants that gain, or lose, anything at any time. */
  readonly gaining: number;
  readonly losing: number;
  /** In the order of their first occurrence. */
  readonly effects: readonly Effect[];
  /** Every change, participant by participant; made as it is read, for it may be long. */
  lines(): Generator<DiffLine>;
};

/** What a participant is to an alert that nothing special is known of. */
export const ORDINARY: Relation = { consent: 'no_embargo', involvement: 'none', doubted: false };

/**
 * Compares two policies. Participants whom neither can tell apart are decided once per alert,
 * whatever their own instants are: the work grows with the classes, the rest is looking them up.
 * @throws RangeError for one policy twice: it has one row, and cannot be asked about two schedules.
 */
export function diffPolicies(
  before: Policy,
  after: Policy,
  alerts: readonly DiffedAlert[],
  participants: readonly DiffedParticipant[],
  now: Instant,
): PolicyDiff {
  const comparison = open(before, after, alerts, participants, now);
  const effects: Effects = { bySort: new Map(), byPattern: new Map() };
  let [gaining, losing] = [0, 0];
  for (const person of comparison.people) {
    let [gains, loses] = [false, false];
    for (const work of comparison.works) {
      const { patterns, own } = compare(comparison, work, person);
      for (const pattern of patterns) {
        gains ||= pattern.direction === 'gains';
        loses ||= pattern.direction === 'loses';
        count(effects, person.member, pattern, own);
      }
    }
    if (gains) gaining += 1;
    if (loses) losing += 1;
  }
  return {
    participants: participants.length,
    alerts: alerts.length,
    gaining,
    losing,
    effects: [...effects.bySort.values()].map(({ last: _, ...effect }) => effect),
    lines: () => linesOf(comparison),
  };
}

/**
 * A participant as both policies tell it from others, whatever the alert: the short name of its
 * profile, and its own instants.
 */
type Profiled = { readonly name: string; readonly own: readonly Instant[] };

/** One participant while it is compared; `ordinary` where it is the same to every alert. */
type Person = { readonly member: DiffedParticipant; readonly ordinary: Profiled | null };

/** One alert while it is compared: its classes of participants, by key, and what changes there. */
type Work = {
  readonly alert: DiffedAlert;
  readonly groups: readonly Group[];
  readonly classes: Map<string, readonly Pattern[]>;
  readonly landmarks: readonly number[];
};

type Comparison = {
  readonly sides: Pair<Side>;
  /** Short names of profiles, by what they say: looking up a class hashes one each time. */
  readonly names: Map<string, string>;
  readonly works: readonly Work[];
  readonly people: readonly Person[];
  readonly now: Instant;
};

function open(
  before: Policy,
  after: Policy,
  alerts: readonly DiffedAlert[],
  participants: readonly DiffedParticipant[],
  now: Instant,
): Comparison {
  if (before.engine === after.engine) throw new RangeError('expected two policies, found one');
  const sideOf = (policy: Policy): Side => ({ policy, telling: tellingOf(policy) });
  const sides: Pair<Side> = [sideOf(before), sideOf(after)];
  const names = new Map<string, string>();
  const perAlert = sides.some(({ telling }) => telling.perAlert);
  const [any] = alerts;
  const people = participants.map((member) => ({
    member,
    ordinary:
      perAlert || !any ? null : profile({ sides, names }, any, principalOf(member, ORDINARY)),
  }));
  const works = alerts.map((alert) => ({
    alert,
    groups: groupsOf(alert.artifacts),
    classes: new Map<string, readonly Pattern[]>(),
    landmarks: landmarksOfBoth(sides, fillBoth(sides, alert, { kind: 'public' }, now)),
  }));
  return { sides, names, works, people, now };
}

function principalOf({ enrolment }: DiffedParticipant, relation: Relation): PrincipalFacts {
  return { kind: 'participant', enrolment, ...relation };
}

function fillBoth(
  [before, after]: Pair<Side>,
  alert: DiffedAlert,
  principal: PrincipalFacts,
  now: Instant,
): Pair<Row | null> {
  return [
    fillSide(before, alert, principal, alert.before, now),
    fillSide(after, alert, principal, alert.after, now),
  ];
}

function profile(
  { sides, names }: Pick<Comparison, 'sides' | 'names'>,
  alert: DiffedAlert,
  principal: PrincipalFacts,
): Profiled {
  const schedules = [alert.before, alert.after] as const;
  const rowOf = (i: 0 | 1): Row | null => {
    const { row, vocabulary, codes } = sides[i].policy.engine;
    try {
      fillPrincipal(row, vocabulary, codes, principal, schedules[i]);
      return row;
    } catch {
      // Facts that a policy does not admit it denies: a class like any other.
      return null;
    }
  };
  const rows: Pair<Row | null> = [rowOf(0), rowOf(1)];
  const keys = sides.map(({ telling }, i) => {
    const row = rows[i];
    return row ? keyOf(row, telling) : 'refused';
  });
  const key = keys.join('|');
  const name = names.get(key) ?? `${names.size}|`;
  names.set(key, name);
  return { name, own: ownInstants(sides, rows) };
}

type Compared = { readonly patterns: readonly Pattern[]; readonly own: readonly Instant[] };

/** What changes for a participant in an alert, and the instants that are its own. */
function compare(
  { sides, names, now }: Comparison,
  { alert, groups, classes, landmarks }: Work,
  { member, ordinary }: Person,
): Compared {
  const relation = alert.relations.get(member.participant);
  const principal = principalOf(member, relation ?? ORDINARY);
  const { name, own } =
    relation === undefined && ordinary !== null
      ? ordinary
      : profile({ sides, names }, alert, principal);
  let whole = name;
  for (let i = 0; i < own.length; i++) whole += placeOf(own[i] ?? Number.NaN, landmarks);
  const known = classes.get(whole);
  if (known !== undefined) return { patterns: known, own };
  const rows = fillBoth(sides, alert, principal, now);
  const { disclosureAt } = alert.after;
  const patterns = groups.flatMap((group) =>
    patternsOf(sides, rows, group, landmarks, disclosureAt, now),
  );
  classes.set(whole, patterns);
  return { patterns, own };
}

type Counted = { -readonly [K in keyof Effect]: Effect[K] } & { last: ParticipantId | null };

/** A pattern belongs to participants of one tier, and so always to one sort of change. */
type Effects = {
  readonly bySort: Map<string, Counted>;
  readonly byPattern: Map<Pattern, Counted>;
};

function count(
  effects: Effects,
  { participant, enrolment: { tier } }: DiffedParticipant,
  pattern: Pattern,
  own: readonly Instant[],
): void {
  const effect = effects.byPattern.get(pattern) ?? effectOf(effects, pattern, tier);
  // Participants come one after the other: whoever was counted last is the only one to compare.
  if (effect.last !== participant) effect.participants += 1;
  effect.last = participant;
  const { length } = pattern.group.ids;
  effect.artifacts += length;
  if (pattern.held === null) return;
  const [was, is] = pattern.held;
  effect.headStartLostMs += length * (instantOf(is, own) - instantOf(was, own));
}

function effectOf({ bySort, byPattern }: Effects, pattern: Pattern, tier: Tier): Counted {
  const { direction, before, after, group } = pattern;
  const stricter = direction === 'loses' ? after : before;
  const reason = stricter.reasons[0]?.code ?? 'NO_RULE';
  const key = `${direction} ${reason} ${tier} ${group.kind} ${before.outcome} ${after.outcome}`;
  const effect = bySort.get(key) ?? {
    direction,
    reason,
    tier,
    kind: group.kind,
    before: before.outcome,
    after: after.outcome,
    participants: 0,
    artifacts: 0,
    headStartLostMs: 0,
    last: null,
  };
  bySort.set(key, effect);
  byPattern.set(pattern, effect);
  return effect;
}

function* linesOf(comparison: Comparison): Generator<DiffLine> {
  for (const person of comparison.people) {
    for (const work of comparison.works) {
      const { patterns, own } = compare(comparison, work, person);
      if (patterns.length === 0) continue;
      const changes = patterns.map((pattern) => changeOf(pattern, own));
      yield { participant: person.member.participant, alert: work.alert.alert, changes };
    }
  }
}

function changeOf(pattern: Pattern, own: readonly Instant[]): Change {
  const { group, direction, from, until, before, after } = pattern;
  return {
    artifacts: group.ids,
    kind: group.kind,
    direction,
    from: instantOf(from, own),
    until: until === null ? null : instantOf(until, own),
    before,
    after,
  };
}
