import type { KeyChoice } from '../../participant/join.ts';
import { type KeyReport, reportKeys, rotateKeys } from '../../participant/rotate.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function rotateVerb(
  session: Session,
  { key }: { readonly key: KeyChoice },
  desk: Desk,
): Promise<Exit> {
  const opensAt = await rotateKeys(session, key);
  const text = [
    `other keys brought; copies are sealed to them from ${opensAt} on`,
    `  back up ${session.home.place} now. Keep the old keys: they open what was sealed to them`,
  ].join('\n');
  say(desk, { opensAt }, text);
  return EXIT.ok;
}

export async function reportKeyVerb(
  session: Session,
  { reader, what }: { readonly reader: string; readonly what: KeyReport },
  desk: Desk,
): Promise<Exit> {
  const invitation = await reportKeys(session, reader, what);
  const text = [
    `nothing is sealed any more to the keys of ${reader}, and its tokens are dead`,
    '  This invitation is for that reader alone, to join with other keys in a new home, once:',
    invitation,
  ].join('\n');
  say(desk, { reader, invitation }, text);
  return EXIT.ok;
}
