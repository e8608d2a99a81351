import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { vouchFor } from '../../participant/vouch.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function vouchVerb(
  session: Session,
  { application, name }: { readonly application: string; readonly name: string },
  desk: Desk,
): Promise<Exit> {
  await vouchFor(session, application, name);
  say(desk, { application, name }, `your organisation vouches for ${plain(name)}`);
  return EXIT.ok;
}
