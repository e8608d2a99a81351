import { acknowledgeNotice, type Notice, notices } from '../../participant/notices.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function noticesVerb(session: Session, desk: Desk): Promise<Exit> {
  const found = await notices(session);
  say(desk, { notices: found }, showNotices(found));
  return EXIT.ok;
}

export async function ackNoticeVerb(session: Session, id: string, desk: Desk): Promise<Exit> {
  await acknowledgeNotice(session, id);
  say(desk, { notice: id }, `${plain(id)}  acknowledged`);
  return EXIT.ok;
}

/** A kind that this program does not know yet is named as it is. */
const WORDS: Readonly<Record<string, string>> = {
  something_waits: 'something waits: see inbox',
  something_changed: 'something changed: see inbox, and acknowledge that you have seen it',
  message_waits: 'somebody wrote to you: see messages',
  obligation_due: 'something that you owe for an alert is due within a day: see inbox',
  obligation_overdue: 'something that you owe for an alert is overdue: see inbox',
  invitation_waits: 'an invitation waits: see invitations',
  standing_changed: 'the standing of your organisation changed: see standing',
  key_ends: 'a key of your organisation ends soon, or has ended: see keys',
  key_changed:
    'keys of your organisation were replaced, or reported lost or stolen: see keys; or a reader ' +
    'registered a passkey',
  hearing_opened: 'your organisation is heard on something that is proposed: see standing',
  readers_changed: 'readers of your organisation came, went or changed: see readers',
  appeal_decided: 'an appeal of your organisation was decided: see standing',
  terms_published: 'new terms of the programme: see terms',
  agreement_answered: 'your organisation’s signature was answered: see terms',
};

function showNotices(found: readonly Notice[]): string {
  if (found.length === 0) return 'nothing was noticed to you';
  return found.map(({ id, kind, at }) => `${id}  ${at}  ${WORDS[kind] ?? kind}`).join('\n');
}
