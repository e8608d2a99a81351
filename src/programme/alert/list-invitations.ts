import type { InvitationId } from '../../domain/embargo.ts';
import type { AlertId } from '../../domain/ids.ts';
import { alertById } from '../../store/alert-reader.ts';
import { invitationsTo, type NamedInvitation } from '../../store/invitation-store.ts';
import type { Context } from '../context.ts';
import { unknownAlert } from './draft-alert.ts';

/** Who was asked to keep an alert's embargo, one page after `after`. @throws NOT_FOUND */
export async function listAlertInvitations(
  context: Context,
  alert: AlertId,
  after: InvitationId | null,
  limit: number,
): Promise<{ items: readonly NamedInvitation[]; next: InvitationId | null }> {
  return context.store.issuer(async (tx) => {
    if (!(await alertById(tx, alert))) throw unknownAlert();
    const items = await invitationsTo(tx, alert, after, limit);
    return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null };
  });
}
