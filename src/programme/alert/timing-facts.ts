import type { Tier } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { MoveId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Policy } from '../../policy/policy.ts';
import { checkTiming, type Finding } from '../../policy/timing/check.ts';
import type { Bid, TimingFacts } from '../../policy/timing/clock.ts';
import { reasonsOf } from '../../policy/timing/clocks.ts';
import { calendarsFor } from '../../policy/timing/section.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { openMoves } from '../../store/disclosure-store.ts';
import { calendarsOf } from '../../store/participant-reader.ts';
import { firstGrants, wavesOf } from '../../store/release-store.ts';
import type { AlertHead } from './alert-head.ts';

/** How an alert stands to its clock, besides its schedule and the time. */
export type Standing = {
  readonly head: Pick<AlertHead, 'facts' | 'dates'>;
  /** When the tiers that know were told. */
  readonly told: Readonly<Record<Tier, Instant>>;
  /** Dates that others asked for. */
  readonly bids: readonly Bid[];
  /** Calendars of participants, by name. */
  readonly calendars: readonly string[];
};

/** How a stored alert stands to its clock. `asked`: the proposal that is asked about, if it is. */
export async function standingOf(
  tx: Tx,
  policy: Policy,
  alert: AlertRow,
  head: AlertHead,
  asked: MoveId | null,
  now: Instant,
): Promise<Standing> {
  const told = await toldOf(tx, policy, alert);
  const bids = await bidsOn(tx, alert, asked, now);
  return { head, told, bids, calendars: await calendarsOf(tx, alert.programme) };
}

/**
 * When each tier was told: at its first grant, or, of a tier without members then, when its wave
 * opened.
 */
async function toldOf(
  tx: Tx,
  { tiers }: Policy,
  { id, programme, schedule }: AlertRow,
): Promise<Record<Tier, Instant>> {
  const begun = (await wavesOf(tx, id)).findLast(({ state }) => state !== 'pending')?.at;
  const grants = await firstGrants(tx, programme, id);
  const told: Record<Tier, Instant> = {};
  for (const tier of tiers) {
    const opened = schedule.opensAt[tier];
    const at = grants.get(tier) ?? (begun && opened && opened <= begun ? opened : undefined);
    if (at !== undefined) told[tier] = at;
  }
  return told;
}

/** Those that nobody has decided and that can still be had, but for the one asked about. */
async function bidsOn(
  tx: Tx,
  { id }: AlertRow,
  asked: MoveId | null,
  now: Instant,
): Promise<Bid[]> {
  const open = await openMoves(tx, id);
  return open
    .filter(({ id: move, kind, to }) => kind === 'move' && move !== asked && to > now)
    .map(({ proposer, to }) => ({ by: proposer, disclosureAt: to, discoverer: false }));
}

/**
 * The facts that the clock of a policy asks for. An alert opens an embargo as long as nobody has
 * been told. Reasons that the policy does not know, or no longer, do not count.
 */
export function timingFacts(
  { timing }: Policy,
  { head: { facts, dates }, told, bids, calendars }: Standing,
  reasons: readonly string[],
  now: Instant,
): TimingFacts {
  const known = timing === null ? [] : reasonsOf(timing);
  return {
    now,
    opens: Object.keys(told).length === 0,
    vulnerability: facts,
    origins: {
      report: dates.reportedAt,
      candidate_patch: dates.candidatePatchAt,
      release_start: dates.releaseStartAt,
    },
    told,
    finalTextAt: dates.finalTextAt,
    preAnnouncedAt: dates.preAnnouncedAt,
    reasons: reasons.filter((reason) => known.includes(reason)),
    bids,
    participantCalendars: calendars,
  };
}

/** What the clock of a policy finds of a schedule. @throws INVALID_INPUT for a calendar's gap. */
export function findingsOn(
  policy: Policy,
  schedule: Schedule,
  standing: Standing,
  reasons: readonly string[],
  now: Instant,
): Finding[] {
  const { timing } = policy;
  if (timing === null) return [];
  const facts = timingFacts(policy, standing, reasons, now);
  return checkTiming(timing, { ...facts, schedule }, calendarsFor(timing, new Map()));
}

/**
 * The same where nothing may fail: what cannot be found out because a calendar has a gap is said,
 * and stands in the way of nothing.
 */
export function lookAt(...asked: Parameters<typeof findingsOn>): {
  readonly findings: readonly Finding[];
  readonly fault: string | null;
} {
  try {
    return { findings: findingsOn(...asked), fault: null };
  } catch (error) {
    if (error instanceof TocsinError) return { findings: [], fault: error.message };
    throw error;
  }
}

/**
 * Whether there is no T0 left to hold against a clock: it has come, or what is public set it. A
 * draft whose T0 merely passed still has to be asked about.
 */
export function isSettled(
  { schedule, state }: Pick<AlertRow, 'schedule' | 'state'>,
  { facts }: Pick<AlertHead, 'facts'>,
  now: Instant,
): boolean {
  return schedule.disclosureAt <= now && (state !== 'draft' || facts.events.publicAt !== null);
}
