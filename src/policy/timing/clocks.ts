import type { Calendars } from '../../domain/calendar.ts';
import { invalid } from '../../domain/errors.ts';
import { type Clock, disclosureWithin, onNotice, type TimingFacts } from './clock.ts';
import { disclosureClocks } from './disclosure-clocks.ts';
import { dueClocks } from './dues.ts';
import { embargoClocks } from './embargo-clocks.ts';
import { noticeClocks } from './notice-clocks.ts';
import type { NoEmbargoWord, Timing } from './section.ts';
import { settle } from './settle.ts';
import { between, since, until } from './span.ts';

/**
 * Every clock of a section, for given facts. @throws INVALID_INPUT for a reason that the section
 * does not know, and, when they are asked, for a calendar that is missing or has a gap.
 */
export function clocksOf(timing: Timing, facts: TimingFacts, calendars: Calendars): Clock[] {
  checkReasons(timing, facts);
  return [
    ...alwaysThere(facts),
    ...noEmbargo(timing, facts),
    ...shortestWins(facts),
    ...embargoClocks(timing, facts, calendars),
    ...noticeClocks(timing, facts, calendars),
    ...disclosureClocks(timing, facts, calendars),
    ...dueClocks(timing, facts, calendars),
  ];
}

/** The words of a section for another minimum or maximum. */
export function reasonsOf({ embargo }: Timing): string[] {
  return [...(embargo?.shorterFor ?? []), ...(embargo?.longerFor.keys() ?? [])];
}

function checkReasons(timing: Timing, { reasons }: TimingFacts): void {
  const known = reasonsOf(timing);
  for (const [i, reason] of reasons.entries()) {
    if (known.includes(reason)) continue;
    throw invalid(`reasons[${i}]`, `one of ${known.join(', ') || 'none'}`, reason);
  }
}

/** Disclosure is not in the past, and nobody is told after it. */
function alwaysThere({ now }: TimingFacts): Clock[] {
  return [
    disclosureWithin({ code: 'PAST', level: 'reject', field: 'disclosureAt' }, since(now)),
    onNotice(
      { code: 'NOTICE_AFTER_DISCLOSURE', level: 'reject', field: 'opensAt', of: 'every' },
      until,
    ),
  ];
}

/** [R57] [R69] What is known, used, or found by machines anyway is not put under embargo. */
function noEmbargo({ noEmbargoWhen }: Timing, facts: TimingFacts): Clock[] {
  if (!facts.opens) return [];
  return noEmbargoWhen
    .filter((word) => holds(word, facts))
    .map((name) => {
      const head = { code: 'NO_EMBARGO_POSSIBLE', level: 'reject', name } as const;
      const field = 'timing.no_embargo_when';
      return disclosureWithin({ ...head, field }, between(facts.now, facts.now));
    });
}

function holds(word: NoEmbargoWord, { vulnerability, now }: TimingFacts): boolean {
  const { publicAt, exploitedAt } = vulnerability.events;
  switch (word) {
    case 'public':
      return publicAt !== null && publicAt <= now;
    case 'exploited':
      return exploitedAt !== null && exploitedAt <= now;
    case 'ai_found':
      return vulnerability.discovery === 'ai';
  }
}

/** [R58] Nothing later than the earliest date that anybody asked for. */
function shortestWins({ bids }: TimingFacts): Clock[] {
  const settled = settle(bids);
  if (settled === null) return [];
  const { by: name, disclosureAt } = settled;
  const head = { code: 'SHORTER_PROPOSED', level: 'reject', field: 'bids', name } as const;
  return [disclosureWithin(head, until(disclosureAt))];
}
