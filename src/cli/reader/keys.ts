import { endingSoon, type KeyRing, type MemberKey, memberKeys } from '../../participant/keys.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function keysVerb(session: Session, desk: Desk): Promise<Exit> {
  const ring = await memberKeys(session);
  say(desk, ring, ring.keys.map((key) => showKey(key, ring.reader)).join('\n'));
  return EXIT.ok;
}

function showKey(key: MemberKey, own: string): string {
  const { reader, label, fingerprint, since, expiresAt, reported, next } = key;
  return [
    `${reader}  ${plain(label)}${reader === own ? ' (you)' : ''}`,
    `  key ${fingerprint}`,
    `  since ${since}, ${expiresAt === null ? 'without an end' : `until ${expiresAt}`}` +
      (reported === null ? '' : `, reported ${reported}`),
    ...(next === null ? [] : [`  from ${next.opensAt}: key ${next.fingerprint}`]),
  ].join('\n');
}

/** A line where this reader's own key has ended or ends soon; else nothing. */
export function keyWarning(ring: KeyRing, now: number): string[] {
  const end = endingSoon(ring, now);
  if (end === null) return [];
  const when = Date.parse(end) <= now ? `ended ${end}: nothing is sealed to it` : `ends ${end}`;
  return [`your key ${when}; run rotate`];
}
