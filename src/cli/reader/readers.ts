import { plain } from '../../participant/plain.ts';
import {
  inviteColleague,
  type OwnReader,
  ownLink,
  ownReaders,
  removeColleague,
  setColleagueRole,
} from '../../participant/readers.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function readersVerb(session: Session, desk: Desk): Promise<Exit> {
  const found = await ownReaders(session);
  const lines = found.readers.map((row) => showReader(row, found.reader));
  say(desk, found, lines.join('\n'));
  return EXIT.ok;
}

function showReader({ reader, label, role, joinedAt }: OwnReader, own: string): string {
  const since = joinedAt === null ? 'invited' : `since ${joinedAt}`;
  return `${reader}  ${role}  ${since}  ${plain(label)}${reader === own ? ' (you)' : ''}`;
}

export async function inviteVerb(
  session: Session,
  { label, role }: { readonly label: string; readonly role: 'reader' | 'machine' },
  desk: Desk,
): Promise<Exit> {
  const invitation = await inviteColleague(session, label, role);
  say(desk, { invitation }, invitation);
  return EXIT.ok;
}

export async function removeVerb(session: Session, reader: string, desk: Desk): Promise<Exit> {
  await removeColleague(session, reader);
  say(desk, { reader }, `${plain(reader)}  removed: nothing is sealed to it, nothing lets it in`);
  return EXIT.ok;
}

export async function roleVerb(
  session: Session,
  { reader, role }: { readonly reader: string; readonly role: 'administrator' | 'reader' },
  desk: Desk,
): Promise<Exit> {
  const now = await setColleagueRole(session, reader, role);
  say(desk, { reader, role: now }, `${plain(reader)}  ${plain(now)}`);
  return EXIT.ok;
}

export async function passkeyVerb(session: Session, desk: Desk): Promise<Exit> {
  const link = await ownLink(session);
  say(desk, { link }, plain(link));
  return EXIT.ok;
}
