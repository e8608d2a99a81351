import { type OpenInvitation, parseInvitationPage } from '../formats/reader-answers.ts';
import { allPages, memberApi } from './inbox.ts';
import type { Session } from './session.ts';

export type { OpenInvitation } from '../formats/reader-answers.ts';

/** Embargoes that this reader's participant is asked to keep. @throws as `inbox`. */
export async function openInvitations(session: Session): Promise<OpenInvitation[]> {
  return allPages(await memberApi(session), 'invitations', parseInvitationPage);
}

/**
 * Answers one of them, for the whole participant; sent again, the same answer counts once.
 * @throws NOT_FOUND when it is not open to be answered: unknown, answered, or past its deadline.
 */
export async function answerInvitation(
  session: Session,
  id: string,
  answer: 'accept' | 'decline',
): Promise<void> {
  const api = await memberApi(session);
  const path = `/v1/invitations/${encodeURIComponent(id)}/answer`;
  await api.postJson(path, { answer }, `${answer}/${encodeURIComponent(id)}`.slice(0, 128));
}
