import {
  answerInvitation,
  type OpenInvitation,
  openInvitations,
} from '../../participant/embargo-invitations.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function invitationsVerb(session: Session, desk: Desk): Promise<Exit> {
  const invitations = await openInvitations(session);
  say(desk, { invitations }, showInvitations(invitations));
  return EXIT.ok;
}

export async function answerVerb(
  session: Session,
  reply: { readonly invitation: string; readonly answer: 'accept' | 'decline' },
  desk: Desk,
): Promise<Exit> {
  const { invitation, answer } = reply;
  await answerInvitation(session, invitation, answer);
  const said = answer === 'accept' ? 'accepted: see inbox' : 'declined';
  say(desk, { invitation, answer }, `${invitation}  ${said}`);
  return EXIT.ok;
}

function showInvitations(invitations: readonly OpenInvitation[]): string {
  if (invitations.length === 0) return 'no embargo asks for your answer';
  return invitations
    .map(({ id, until, deadline }) =>
      [
        `${id}  an alert under embargo until ${until}`,
        `  accept: you publish nothing of it before then. Answer by ${deadline}: silence declines`,
      ].join('\n'),
    )
    .join('\n');
}
