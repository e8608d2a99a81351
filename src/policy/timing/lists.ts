import type { Calendars } from '../../domain/calendar.ts';
import type { Tier } from '../../domain/enrolment.ts';
import type { Instant } from '../../domain/instant.ts';
import { type Lead, leadInstant } from '../../domain/schedule.ts';
import { OWN_LEAD } from '../lead.ts';
import { type Clock, onNotice, type TimingFacts } from './clock.ts';
import { clocksOf } from './clocks.ts';
import type { Timing } from './section.ts';
import { between, NEVER, type Spans, since } from './span.ts';

/** One of the lists or programmes that an alert goes to, with its own clock. */
export type List = {
  readonly name: string;
  readonly timing: Timing;
  /** Those of its tiers, and of single cells, as its pack has them. */
  readonly leads: Readonly<Record<string, Lead>>;
  readonly facts: TimingFacts;
  /** The section's own and those of its participants. */
  readonly calendars: Calendars;
};

/** A clock with what tells it from all others of the lists. */
export type ListClock = { readonly list: string; readonly id: string; readonly clock: Clock };

/**
 * What has to hold together for one instant of notice: the first of a list, or that of one of its
 * tiers.
 */
export type Group = readonly ListClock[];

/**
 * The groups of a list. A disclosure is possible when each has a notice that all its clocks take;
 * warnings do not stand in the way.
 */
export function groupsOf({ name, timing, leads, facts, calendars }: List): Group[] {
  const label = (clock: Clock): ListClock => ({
    list: name,
    id: JSON.stringify([name, clock.field, clock.name, clock.code]),
    clock,
  });
  const hard = clocksOf(timing, facts, calendars)
    .filter(({ level }) => level !== 'warn')
    .map(label);
  const every = hard.filter(({ clock }) => clock.of === 'every');
  const first = label(firstNotice(leads, facts, calendars));
  const tiers = Object.entries(leads).filter(([tier]) => !tier.startsWith(OWN_LEAD));
  return [
    [first, ...hard],
    ...tiers.map(([tier, lead]) => [label(openingOf(tier, lead, facts, calendars)), ...every]),
  ];
}

/** Nobody is told before now, and a tier not before its lead; who knows already, was told then. */
function openingOf(tier: Tier, lead: Lead, facts: TimingFacts, calendars: Calendars): Clock {
  const at = facts.told[tier];
  if (at !== undefined) return toldAt(at);
  return onNotice({ code: 'LEAD', level: 'reject', field: `tiers.${tier}` }, (disclosure) =>
    opening(lead, facts, calendars, disclosure),
  );
}

function toldAt(at: number): Clock {
  return onNotice({ code: 'TOLD', level: 'reject', field: 'told' }, () => between(at, at));
}

function opening(
  lead: Lead,
  { now }: TimingFacts,
  calendars: Calendars,
  disclosure: Instant,
): Spans {
  const opensAt = leadInstant(disclosure, lead, calendars);
  return opensAt > disclosure ? NEVER : since(Math.max(opensAt, now));
}

function firstNotice(leads: List['leads'], facts: TimingFacts, calendars: Calendars): Clock {
  const told = Object.values(facts.told);
  if (told.length > 0) return toldAt(Math.min(...told));
  return onNotice({ code: 'LEAD', level: 'reject', field: 'tiers' }, (disclosure) => {
    const starts = Object.values(leads).flatMap((lead) =>
      opening(lead, facts, calendars, disclosure).map(({ from }) => from),
    );
    // A tier whose lead ends after disclosure fails in its own group.
    return since(starts.length > 0 ? Math.min(...starts) : facts.now);
  });
}
