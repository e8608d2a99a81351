import { REPORTABLE } from '../../domain/obligation.ts';
import { plain } from '../../participant/plain.ts';
import { type MemberReport, reportObligation } from '../../participant/report.ts';
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
  reported: MemberReport,
  desk: Desk,
): Promise<Exit> {
  await reportObligation(session, reported);
  const { alert, says, product } = reported;
  const of = product === null ? '' : ` (${plain(product)})`;
  say(desk, reported, `${plain(alert)}  reported: ${says}${of}`);
  return EXIT.ok;
}
