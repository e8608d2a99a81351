import { newId } from '../../crypto/random.ts';
import type { AlertMode } from '../../domain/alert.ts';
import type { Tlp, UsePermission } from '../../domain/artifact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { endedAt } from '../../domain/schedule.ts';
import { type Assessment, UNASSESSED } from '../../domain/vulnerability.ts';
import type { Dropped } from '../../marking/freeze.ts';
import { broughtForward, scheduleUnder } from '../../policy/policy.ts';
import { type AlertRow, alertById, alertForUpdate, artifactsOf } from '../../store/alert-reader.ts';
import { bumpAlert, insertAlert, insertArtifact, moveSchedule } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { calendarsOf } from '../../store/participant-reader.ts';
import { wavesOf } from '../../store/release-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { makeAlertKeys } from '../keyring.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { EMPTY_HEAD, keepHead, NOTHING_SAID, readHead, sealHead } from './alert-head.ts';
import type { BreakGlassReason } from './break-glass.ts';
import { checkAssessment } from './check-assessment.ts';
import { reviseConsents } from './embargo-consent.ts';
import { forOtherDate, type Happened, withHappened } from './happened.ts';
import { holdDate, NO_ANSWERS, recordSaid, setAside, type TimingAnswers } from './hold-date.ts';
import { type ArtifactInput, freezeNew, placed } from './new-artifact.ts';
import { standingOf } from './timing-facts.ts';

export type AlertInput = {
  readonly title: string;
  /** Absent: in earnest. It never changes. */
  readonly mode?: AlertMode;
  readonly disclosureAt: Instant;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  /** What is known of the vulnerability; null or absent: nothing yet. */
  readonly assessment?: Assessment | null;
  /** What has happened already; absent: nothing that is known. */
  readonly happened?: readonly Happened[];
  /** What the author says for this T0. */
  readonly answers?: TimingAnswers;
  /** Why the clock is set aside; the draft can then only be published at once. */
  readonly emergency?: BreakGlassReason | null;
};

/**
 * Opens an alert: its own keys, the policy's schedule resolved to instants and held against its
 * clock. Nobody is told. @throws TIMING_REFUSED for a T0 that the clock refuses, unless this is an
 * emergency.
 */
export async function draftAlert(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  input: AlertInput,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ alert: AlertId; version: number }> {
  if (input.title.trim() === '' || input.title.length > 300) {
    throw invalid('title', '1 to 300 characters', input.title.length);
  }
  const {
    disclosureAt,
    title,
    mode = 'live',
    happened = [],
    answers = NO_ANSWERS,
    emergency = null,
  } = input;
  if (disclosureAt <= now) throw invalid('disclosureAt', 'an instant to come', 'one past');
  return once(context, key, now, async (tx) => {
    const policy = await context.policies.active(tx, programme);
    checkAssessment(policy, { ...UNASSESSED, ...input.assessment });
    const head = happened.reduce((known, each) => withHappened(known, each, now), {
      ...EMPTY_HEAD,
      title,
      mode,
      facts: { ...UNASSESSED, ...input.assessment },
    });
    const { publicAt } = head.facts.events;
    const wanted = broughtForward(policy, scheduleUnder(policy, disclosureAt), head.facts, now);
    const schedule = publicAt === null ? wanted : endedAt(wanted, publicAt);
    const calendars = await calendarsOf(tx, programme);
    const standing = { head, told: {}, bids: [], calendars };
    const asked = { policy, schedule, standing, kept: NOTHING_SAID, by: caller.id, second: false };
    // What is public already has no embargo to hold.
    const { record, said } =
      publicAt === null && emergency === null
        ? holdDate(asked, answers, now)
        : setAside(asked, now);
    const alert = newId<AlertId>();
    const { keys, wrapped } = makeAlertKeys(context.keys.master, alert);
    const act = { programme, actor: actorOf(caller), at: now };
    await insertAlert(tx, act, {
      id: alert,
      author: caller.id,
      schedule,
      tlp: input.tlp,
      usePermissions: input.usePermissions,
      headEnc: sealHead(keys, alert, { ...head, timing: record }),
      keys: wrapped,
    });
    if (mode !== 'live') {
      await recordEvent(tx, { type: 'exercise_opened', ...act, data: { alert, mode } });
    }
    for (const { kind, at } of happened) {
      await recordEvent(tx, { type: 'alert_event', ...act, data: { alert, kind, at } });
    }
    await recordSaid(tx, act, { alert, disclosureAt }, said);
    return { alert, version: 1 };
  });
}

export type ArtifactAdded = {
  readonly artifact: ArtifactId;
  readonly version: number;
  readonly slots: number;
  /** Proposed slots that did not pass the equivalence gate, with the reason. */
  readonly dropped: readonly Dropped[];
};

/**
 * Adds an artifact to a draft: freezes its slots, encrypts it, voids an approval if there was one.
 * `version` is the alert's version the caller saw; null: the newest.
 */
export async function addArtifact(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  version: number | null,
  input: ArtifactInput,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<ArtifactAdded> {
  const made = await freezeNew(context, alertId, input);
  if (!made) throw unknownAlert();
  return once(context, key, now, async (tx) => {
    const alert = await lockedDraft(tx, alertId, version ?? made.version);
    const keys = await context.keys.alert(tx, alertId);
    const { head, content } = placed(made, alertId, await artifactsOf(tx, alertId), keys);
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await insertArtifact(tx, act, head, content);
    await bumpAlert(tx, act, alertId, alert.version + 1);
    return {
      artifact: made.id,
      version: alert.version + 1,
      slots: content.slots,
      dropped: made.frozen.dropped,
    };
  });
}

/**
 * Moves T0 of a draft; of an approved alert it voids the approval. What was said for the date
 * before does not count for this one.
 * @throws CONFLICT once a wave has begun; TIMING_REFUSED for a T0 that the clock refuses;
 * CLOCK_DOUBT.
 */
export async function moveDisclosure(
  context: Context,
  caller: PersonCaller,
  alertId: AlertId,
  version: number,
  disclosureAt: Instant,
  now: Instant,
  key: IdempotencyKey | null = null,
  answers: TimingAnswers = NO_ANSWERS,
): Promise<{ version: number }> {
  if (disclosureAt <= now) throw invalid('disclosureAt', 'an instant to come', 'one past');
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const alert = await lockedDraft(tx, alertId, version);
    const policy = await context.policies.active(tx, alert.programme);
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const from = alert.schedule.disclosureAt;
    const head = forOtherDate(await readHead(context, tx, alert));
    const schedule = broughtForward(policy, scheduleUnder(policy, disclosureAt), head.facts, now);
    const standing = await standingOf(tx, policy, alert, head, null, now);
    const asked = { policy, schedule, standing, kept: NOTHING_SAID, by: caller.id, second: false };
    const { record, said } = holdDate(asked, answers, now);
    await keepHead(context, tx, alertId, { ...head, timing: record });
    await recordSaid(tx, act, { alert: alertId, disclosureAt }, said);
    await moveSchedule(tx, act, { alert: alertId, from, schedule });
    await reviseConsents(context, tx, act, { ...alert, schedule }, from);
    await bumpAlert(tx, act, alertId, alert.version + 1);
    return { version: alert.version + 1 };
  });
}

/** The same, of which no wave has begun. */
async function lockedDraft(tx: Tx, alertId: AlertId, version: number): Promise<AlertRow> {
  const { alert, begun } = await lockedAlert(tx, alertId, version);
  if (begun) {
    throw new TocsinError('CONFLICT', 'alert: expected one of which no wave has begun');
  }
  return alert;
}

/**
 * The alert locked for a change: under the release lock, at the version the caller saw (null: the
 * newest); and whether a wave of it has begun.
 */
export async function lockedAlert(
  tx: Tx,
  alertId: AlertId,
  version: number | null,
): Promise<{ alert: AlertRow; begun: boolean }> {
  const known = await alertById(tx, alertId);
  if (!known) throw unknownAlert();
  // Lock before row, as a wave's batch does: the other order would deadlock with it.
  await lockToChange(tx, known.programme);
  const seen = await alertForUpdate(tx, alertId);
  if (!seen) throw unknownAlert();
  if (version !== null && seen.version !== version) {
    throw new TocsinError(
      'VERSION_MISMATCH',
      `version: expected ${seen.version}, the current one, found ${version}`,
      { field: 'version' },
    );
  }
  const begun = (await wavesOf(tx, alertId)).some((wave) => wave.state !== 'pending');
  return { alert: seen, begun: begun || seen.state === 'closed' };
}

export function unknownAlert(): TocsinError {
  return new TocsinError('NOT_FOUND', 'alert: expected one of this programme', { field: 'alert' });
}
