import type { PlatformState } from '../../domain/decision.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import { readOf } from '../../policy/explain/reading.ts';
import { alertsPage } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { resolveWorkItems } from '../../store/delivery-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  closeIncident,
  insertIncident,
  openIncident,
  type PlatformIncident,
  platformOf,
  putClearance,
} from '../../store/platform-store.ts';
import { reschedule } from '../../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';

/** What is known of the platform now. */
export type Platform = {
  /** In force. */
  readonly state: PlatformState;
  /** Whether a rule of the policy in force turns on it: without one nothing is held. */
  readonly ruled: boolean;
};

type Act = Parameters<typeof insertIncident>[1];

/**
 * What Tocsin runs on may be compromised, or is sound again. One person declares it, at once; it is
 * over when two persons have said so. What follows is the policy's to say [R67]; once it is over,
 * everybody is decided again in a wave of that moment. Killed before its commit nothing has
 * changed; after it the waves are on disk.
 * @throws CONFLICT where it is so already; SECOND_PERSON for who has called it sound before.
 */
export async function changePlatform(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  to: PlatformState,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Platform> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const policy = await context.policies.active(tx, programme);
    const act = { programme, actor: actorOf(caller), at: now };
    const incident = await openIncident(tx, programme);
    if (to === 'compromised') await declare(tx, act, caller, incident);
    else await clear(tx, act, caller, incident);
    const ruled = readOf(policy).paths.has('context.platform');
    return { state: await platformOf(tx, programme), ruled };
  });
}

/** Said again, it takes back what one person had said of its end. */
async function declare(
  tx: Tx,
  act: Act,
  caller: PersonCaller,
  incident: PlatformIncident | null,
): Promise<void> {
  if (incident === null) return insertIncident(tx, act, caller.id);
  if (incident.clearedBy === null) {
    throw new TocsinError('CONFLICT', 'platform: expected a sound one, found it compromised');
  }
  return putClearance(tx, incident.id, null);
}

async function clear(
  tx: Tx,
  act: Act,
  caller: PersonCaller,
  incident: PlatformIncident | null,
): Promise<void> {
  if (incident === null) {
    throw new TocsinError('CONFLICT', 'platform: expected a compromised one, found it sound');
  }
  if (incident.clearedBy === null) return putClearance(tx, incident.id, caller.id);
  if (incident.clearedBy === caller.id) {
    throw new TocsinError('SECOND_PERSON', 'platform: expected another person to confirm');
  }
  await closeIncident(tx, act, incident.id, caller.id);
  await resolveWorkItems(tx, 'PLATFORM_COMPROMISED', act.at, act.programme);
  for (let after: AlertId | null = null; ; ) {
    const page = await alertsPage(tx, act.programme, after, PAGE);
    for (const { id, state, schedule } of page) {
      if (state !== 'draft') await reschedule(tx, act, id, schedule, waves(schedule));
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}

const PAGE = 500;
