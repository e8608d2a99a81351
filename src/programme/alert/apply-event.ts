import type { Actor } from '../../domain/event.ts';
import type { MoveId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import { isAlertEvent } from '../../domain/vulnerability.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import { bumpAlert, touchAlert } from '../../store/alert-writer.ts';
import { breakGlassForUpdate } from '../../store/break-glass-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { reschedule } from '../../store/policy-store.ts';
import type { Context } from '../context.ts';
import { keepHead, readHead } from './alert-head.ts';
import { confirmLater } from './break-glass.ts';
import { proposeEarlyWaves } from './early-waves.ts';
import { endEmbargo, endEmbargoOfDraft } from './end-embargo.ts';
import { type Happened, withHappened } from './happened.ts';

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/** What an event has brought about: earlier waves that are proposed, and by when to confirm it. */
export type EventOutcome = { readonly proposal: MoveId | null; readonly confirmBy: Instant | null };

/**
 * Takes what has happened to an alert's vulnerability for true, and has everybody decided again.
 * [R53] What is public ends the embargo at once, as of when it came out; where that opens an alert
 * that was approved, another person is to confirm it. `person` is who recorded it. The caller holds
 * the exclusive release lock and the alert's row.
 * @throws as `withHappened`.
 */
export async function applyEvent(
  context: Context,
  tx: Tx,
  act: Act,
  alert: AlertRow,
  happened: Happened,
  person: PersonId,
): Promise<EventOutcome> {
  const { kind, at } = happened;
  const { id, version, state, schedule } = alert;
  const head = withHappened(await readHead(context, tx, alert), happened, act.at);
  await keepHead(context, tx, id, head);
  await recordEvent(tx, { type: 'alert_event', ...act, data: { alert: id, kind, at } });
  const isDraft = state === 'draft';
  await (isDraft ? bumpAlert : touchAlert)(tx, act, id, version + 1, person);
  if (kind === 'public') {
    const opens = !isDraft && schedule.disclosureAt > act.at;
    // A clock set back can put an alert that was published under embargo again: the act that is to
    // be confirmed, or was, is still the one there is.
    const known = opens ? await breakGlassForUpdate(tx, id) : null;
    const confirmBy =
      opens && known === null
        ? await confirmLater(tx, act, alert, person, 'details_public')
        : (known?.confirmBy ?? null);
    await (isDraft ? endEmbargoOfDraft : endEmbargo)(tx, act, alert, at);
    return { proposal: null, confirmBy };
  }
  if (!isDraft && isAlertEvent(kind)) {
    await reschedule(tx, act, id, schedule, waves(schedule));
  }
  if (kind !== 'exploited') return { proposal: null, confirmBy: null };
  const policy = await context.policies.active(tx, alert.programme);
  const proposal = await proposeEarlyWaves(tx, act, policy, alert, head, person);
  return { proposal, confirmBy: null };
}
