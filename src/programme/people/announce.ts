/** What one person announces and all may veto: the form `one_then_veto`, for every act alike. */
import { TocsinError } from '../../domain/errors.ts';
import type { AnnouncedId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant, plus } from '../../domain/instant.ts';
import type { VetoableAct } from '../../domain/second-person.ts';
import {
  type Announced,
  announcedForUpdate,
  countAnnounced,
  endAnnounced,
  insertAnnounced,
} from '../../store/announcement-store.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockAnnounced } from '../../store/locks.ts';
import { settingOf } from '../../store/second-person-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';

/** What is proposed, as its second person would confirm it. */
type Proposal = {
  readonly act: VetoableAct;
  readonly id: string;
  /** The alert whose plan is approved; else what is proposed itself. */
  readonly subject?: string;
  readonly digest: string;
  readonly proposer: PersonId;
};

/**
 * Announces a proposal if the programme has chosen that for its act: it stands first on everybody's
 * work list, and takes effect at its time unless somebody vetoes it. The choice that is in force
 * now goes on to hold for it. Returns when it takes effect; null: it waits for a second person.
 * @throws CLOCK_DOUBT where a wait would begin at a time that may be wrong; LIMIT_EXCEEDED where as
 *   many of its proposer's wait as may.
 */
export async function announce(
  tx: Tx,
  doing: Act,
  { act, id, subject = id, digest, proposer }: Proposal,
): Promise<Instant | null> {
  const { form, hours, chosenBy } = await settingOf(tx, doing.programme, act);
  if (form !== 'one_then_veto' || hours === null || chosenBy === null) return null;
  await requireCertainTime(tx);
  await requirePlace(tx, doing.programme, { proposer, subject });
  const takesEffectAt = plus(doing.at, hours * HOUR_MS);
  const announced = { id: id as AnnouncedId, act, subject, digest, proposer };
  await insertAnnounced(tx, doing, { ...announced, takesEffectAt, chosenBy });
  return takesEffectAt;
}

/** Of many that one person announces at once nobody would find the one that matters. */
const MOST_WAITING = 20;

async function requirePlace(
  tx: Tx,
  programme: ProgrammeId,
  one: Pick<Announced, 'proposer' | 'subject'>,
): Promise<void> {
  await lockAnnounced(tx, one.proposer);
  const waiting = await countAnnounced(tx, programme, one);
  if (waiting < MOST_WAITING) return;
  throw new TocsinError(
    'LIMIT_EXCEEDED',
    `announced: expected fewer than ${MOST_WAITING} of one person that wait, found ${waiting}`,
  );
}

/**
 * Any person who may conclude acts vetoes what was announced, its proposer too. It does not take
 * effect by itself any more; what it proposes goes on waiting for a second person.
 * A veto counts until the act has taken effect, whatever the clock says: it only takes away.
 * @throws NOT_FOUND; CONFLICT for one that has ended.
 */
export async function vetoAnnounced(
  context: Context,
  caller: PersonCaller,
  id: AnnouncedId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ vetoed: boolean }> {
  return once(context, key, now, async (tx) => {
    const known = await announcedForUpdate(tx, id);
    if (!known) {
      throw new TocsinError('NOT_FOUND', 'announced: expected one of this installation', {
        field: 'announced',
      });
    }
    if (known.outcome !== null) {
      throw new TocsinError('CONFLICT', 'announced: expected one that waits, found it ended');
    }
    const act = { programme: known.programme, actor: actorOf(caller), at: now };
    await endAnnounced(tx, act, known, 'vetoed', caller.id);
    return { vetoed: true };
  });
}
