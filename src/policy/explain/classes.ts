import type { Reason, ReasonCode } from '../../domain/decision.ts';
import type { Rule } from '../rule.ts';
import type { Axis } from './axis.ts';
import { type Box, boxesOver, boxWords } from './boxes.ts';
import { type Given, givenIn } from './gets.ts';
import { axesTogether, situations } from './interplay.ts';
import {
  type Cell,
  decisionAt,
  type Inquiry,
  type Profile,
  profileOf,
  RANK,
  type Situation,
} from './profile.ts';
import type { When } from './when.ts';

/** Why a class gets less: a reason code, and the named exception that gives it, if one does. */
export type Because = { readonly code: ReasonCode; readonly exception: string | null };

/** Participants or alerts that are treated otherwise than ordinarily, and all alike. */
export type PolicyClass = {
  readonly heading: string;
  /** Who belongs to it; to meet one of these is enough. */
  readonly who: readonly string[];
  readonly gets: readonly Given[];
  readonly because: readonly Because[];
};

/** All classes that a policy treats otherwise than the ordinary situation, by heading. */
export function classesIn(
  inquiry: Inquiry,
  ordinary: Situation,
  together: readonly ReadonlySet<string>[],
  when: When,
): PolicyClass[] {
  const { axes } = inquiry;
  const found = axesTogether(inquiry, ordinary, together).flatMap((some) => {
    const groups = groupsOver(inquiry, ordinary, some, when);
    const combined = groups.filter((group) => isCombined(inquiry, group, groups));
    return groups
      .filter((group) => !combined.includes(group))
      .map((group): PolicyClass & { readonly first: number } => {
        const boxes = boxesOver(axes, some, group.situations, meetings(group, combined));
        const first = firstFixed(axes, boxes);
        return {
          first,
          heading: axes[first]?.heading ?? '',
          who: boxes.map((box) => boxWords(axes, box)),
          gets: group.gets,
          because: [...group.because.values()],
        };
      });
  });
  return found.sort((a, b) => a.first - b.first).map(({ first: _, ...told }) => told);
}

/** Situations in which the same is given for the same reasons. */
type Group = {
  readonly situations: Situation[];
  readonly gets: readonly Given[];
  readonly because: ReadonlyMap<string, Because>;
};

function groupsOver(
  inquiry: Inquiry,
  ordinary: Situation,
  some: readonly number[],
  when: When,
): Group[] {
  const usual = profileOf(inquiry, ordinary);
  const groups = new Map<string, Group>();
  for (const situation of situations(inquiry.axes, ordinary, some)) {
    const profile = profileOf(inquiry, situation);
    const gets = givenIn(profile, usual, when);
    if (gets.length === 0) continue;
    const because = becauseOf(inquiry, profile, usual);
    const key = JSON.stringify([gets, [...because.keys()].sort()]);
    const group = groups.get(key) ?? { situations: [], gets, because };
    group.situations.push(situation);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The situations in which a group's reasons are among others: its own may be said of them too. */
function meetings({ because }: Group, combined: readonly Group[]): Situation[] {
  if (because.size === 0) return [];
  return combined
    .filter((other) => isWithin(because, other.because))
    .flatMap((other) => other.situations);
}

/** Whether a group is only where several others meet: it has their reasons, and the strictest. */
function isCombined(inquiry: Inquiry, group: Group, groups: readonly Group[]): boolean {
  const parts = groups.filter(
    (other) => other.because.size < group.because.size && isWithin(other.because, group.because),
  );
  const reasons = new Set(parts.flatMap(({ because }) => [...because.keys()]));
  if (reasons.size < group.because.size) return false;
  const profiles = parts.map(({ situations: [first = []] }) => profileOf(inquiry, first));
  return profileOf(inquiry, group.situations[0] ?? []).every((cell, i) =>
    isStrictest(
      cell,
      profiles.map((profile) => profile[i] ?? cell),
    ),
  );
}

function isStrictest(cell: Cell, parts: readonly Cell[]): boolean {
  return [cell, ...parts]
    .flatMap(({ turns }) => turns)
    .every(({ at }) => {
      const ranks = parts.map((part) => RANK[decisionAt(part, at).outcome]);
      return RANK[decisionAt(cell, at).outcome] === Math.min(...ranks);
    });
}

function isWithin(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return [...a.keys()].every((key) => b.has(key));
}

/** The first axis that a class is about. */
function firstFixed(axes: readonly Axis[], [box]: readonly Box[]): number {
  const fixed = [...(box ?? [])].find(
    ([axis, settings]) => settings.length < (axes[axis]?.settings.length ?? 0),
  );
  return fixed?.[0] ?? 0;
}

/** The reasons of the refusals where less is given than ordinarily, in the order they are met. */
function becauseOf({ policy }: Inquiry, profile: Profile, usual: Profile): Map<string, Because> {
  const rules = new Map(policy.rules.map((rule) => [rule.id, rule]));
  const found = new Map<string, Because>();
  profile.forEach((cell, i) => {
    const other = usual[i] ?? cell;
    for (const { at } of [...cell.turns, ...other.turns]) {
      const [decision, usually] = [decisionAt(cell, at), decisionAt(other, at)];
      if (RANK[decision.outcome] >= RANK[usually.outcome]) continue;
      for (const reason of decision.reasons) {
        const because = refusal(reason, rules);
        if (because !== null) found.set(JSON.stringify(because), because);
      }
    }
  });
  return found;
}

const EXCEPTION = 'except.';

/** Null for what opens: why something else is given in its place is no reason to refuse. */
function refusal({ code, policy }: Reason, rules: ReadonlyMap<string, Rule>): Because | null {
  if (rules.get(policy)?.effect === 'permit') return null;
  const exception = policy.startsWith(EXCEPTION) ? policy.slice(EXCEPTION.length) : null;
  return { code, exception };
}
