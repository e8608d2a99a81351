import type { Calendars } from '../../domain/calendar.ts';
import type { Instant } from '../../domain/instant.ts';
import type { VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { type Clock, disclosureWithin, onNotice, type TimingFacts } from './clock.ts';
import { after, before } from './duration.ts';
import type { NoticeSection, Timing } from './section.ts';
import { NEVER, since, until } from './span.ts';
import { endsClearOf, noticesClearOf } from './window.ts';

/** The clocks of `notice`, of `targets` and of `avoid`: when participants are told. */
export function noticeClocks(timing: Timing, facts: TimingFacts, calendars: Calendars): Clock[] {
  return [
    ...windowOf(timing, calendars),
    ...afterFix(timing.notice, facts),
    ...targets(timing, facts, calendars),
    ...timing.avoid.map(
      // [R11] An embargo does not touch the named windows.
      (window): Clock => ({
        ...onNotice(
          {
            code: 'WINDOW',
            level: 'reject',
            field: `timing.avoid.${window.name}`,
            name: window.name,
          },
          (disclosure) => noticesClearOf(window, disclosure, timing.zone),
        ),
        asks: 'disclosure',
        expected: (notice) => endsClearOf(window, notice, timing.zone),
      }),
    ),
  ];
}

/** [R07] [R10] Notice is neither too soon before disclosure nor too long. */
function windowOf({ notice }: Timing, calendars: Calendars): Clock[] {
  const clocks: Clock[] = [];
  const { atLeast = null, atMost = null } = notice ?? {};
  if (atLeast !== null) {
    const head = { code: 'NOTICE_TOO_LATE', level: 'reject', of: 'every' } as const;
    clocks.push(
      onNotice({ ...head, field: 'timing.notice.at_least' }, (disclosure) =>
        until(before(disclosure, atLeast, calendars).to),
      ),
    );
  }
  if (atMost !== null) {
    const head = { code: 'NOTICE_TOO_EARLY', level: 'reject' } as const;
    clocks.push(
      onNotice({ ...head, field: 'timing.notice.at_most' }, (disclosure) =>
        since(before(disclosure, atMost, calendars).from),
      ),
    );
  }
  return clocks;
}

/** [R04] Nobody on the list is told before a fix is ready. */
function afterFix(notice: NoticeSection | null, { vulnerability }: TimingFacts): Clock[] {
  if (!fixComesFirst(notice, vulnerability.products)) return [];
  const { fixReadyAt } = vulnerability.events;
  const head = {
    code: 'FIX_NOT_READY',
    level: 'reject',
    field: 'timing.notice.after_fix',
  } as const;
  return [onNotice(head, () => (fixReadyAt === null ? NEVER : since(fixReadyAt)))];
}

/** Whether the list is told of a vulnerability of these products only once a fix is ready. */
export function fixComesFirst(notice: NoticeSection | null, products: readonly string[]): boolean {
  if (notice === null) return false;
  const { afterFix } = notice;
  return afterFix === 'all' || products.some((product) => afterFix.includes(product));
}

/** Whether the list still waits for the fix of a vulnerability at `now`. */
export function waitsForFix(
  notice: NoticeSection | null,
  { products, events: { fixReadyAt } }: VulnerabilityFacts,
  now: Instant,
): boolean {
  return fixComesFirst(notice, products) && (fixReadyAt === null || fixReadyAt > now);
}

/** [R06] Working time to look into a report, and then until disclosure. */
function targets(
  { targets: { notice, disclosure } }: Timing,
  facts: TimingFacts,
  calendars: Calendars,
): Clock[] {
  const clocks: Clock[] = [];
  const { report } = facts.origins;
  if (notice !== null) {
    const field = 'timing.targets.notice';
    const head = { code: 'TRIAGE_OVERDUE', level: 'warn', field } as const;
    const unknown = { code: 'ORIGIN_UNKNOWN', level: 'hold', field, name: 'report' } as const;
    clocks.push(
      report === null
        ? disclosureWithin(unknown, NEVER)
        : onNotice(head, () => until(after(report, notice, calendars).to)),
    );
  }
  if (disclosure !== null) {
    const field = 'timing.targets.disclosure';
    clocks.push({
      ...onNotice({ code: 'DISCLOSURE_OVERDUE', level: 'warn', field }, (end) =>
        since(before(end, disclosure, calendars).from),
      ),
      asks: 'disclosure',
      expected: (told) => until(after(told, disclosure, calendars).to),
    });
  }
  return clocks;
}
