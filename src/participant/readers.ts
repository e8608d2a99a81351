import { newId } from '../crypto/random.ts';
import { encodeInvitation } from '../formats/invitation.ts';
import { parseReinvited } from '../formats/reader-answers.ts';
import {
  type OwnReaders,
  parseOwnLink,
  parseOwnReaders,
  parseRoleSet,
} from '../formats/readers-answers.ts';
import { memberApi } from './inbox.ts';
import { loadMember, type Session } from './session.ts';

export type { OwnReader, OwnReaders } from '../formats/readers-answers.ts';

/** The readers of this organisation, those invited too. @throws as `inbox`. */
export async function ownReaders(session: Session): Promise<OwnReaders> {
  return parseOwnReaders(await (await memberApi(session)).getJson('/v1/readers'));
}

/**
 * Invites one more, as an administrator: a person, or a machine that fetches and acknowledges.
 * @returns the invitation as text, with the issuer's keys as this reader has pinned them.
 * @throws as `Api`.
 */
export async function inviteColleague(
  session: Session,
  label: string,
  role: 'reader' | 'machine',
): Promise<string> {
  const { url, keys } = await loadMember(session);
  const answer = await change(session, '', { label, role });
  const { invitation } = parseReinvited(answer);
  return encodeInvitation({ url, invitation, keys });
}

/** Ends all by which a reader gets in. @throws NOT_FOUND, CONFLICT as `Api`. */
export async function removeColleague(session: Session, reader: string): Promise<void> {
  await change(session, `/${encodeURIComponent(reader)}/removal`, {});
}

/** @returns what the reader is now. @throws NOT_FOUND, CONFLICT as `Api`. */
export async function setColleagueRole(
  session: Session,
  reader: string,
  role: 'administrator' | 'reader',
): Promise<string> {
  const path = `/${encodeURIComponent(reader)}/role`;
  return parseRoleSet(await change(session, path, { role })).role;
}

/** @returns where a browser registers this reader's first passkey, once. @throws as `Api`. */
export async function ownLink(session: Session): Promise<string> {
  return parseOwnLink(await change(session, '/link', {})).link;
}

async function change(session: Session, path: string, body: object): Promise<unknown> {
  return (await memberApi(session)).postJson(`/v1/readers${path}`, body, newId());
}
