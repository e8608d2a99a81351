import { REPORTABLE } from '../../domain/obligation.ts';
import { plain } from '../../participant/plain.ts';
import { reportObligation } from '../../participant/report.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

/** The obligation that a word is about: no word is of two. Undefined for another word. */
export function obligationOf(word: string): string | undefined {
  const found = Object.entries(REPORTABLE).find(([, words]) =>
    words.some((each: string) => each === word),
  );
  return found?.[0];
}

export async function reportVerb(
  session: Session,
  reported: { readonly alert: string; readonly obligation: string; readonly says: string },
  desk: Desk,
): Promise<Exit> {
  await reportObligation(session, reported);
  const { alert, obligation, says } = reported;
  say(desk, { alert, obligation, says }, `${plain(alert)}  reported: ${says}`);
  return EXIT.ok;
}
