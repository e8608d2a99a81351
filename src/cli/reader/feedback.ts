import { readFile } from 'node:fs/promises';
import { type Feedback, giveFeedback } from '../../participant/feedback.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function feedbackVerb(
  session: Session,
  given: Omit<Feedback, 'note'> & { readonly text: string | null },
  desk: Desk,
): Promise<Exit> {
  const { text, ...rest } = given;
  const note = text === '-' ? await desk.stdin() : text && (await readFile(text, 'utf8'));
  await giveFeedback(session, { ...rest, note });
  const { alert, artifact, says } = given;
  say(desk, { alert, artifact, says }, `${plain(artifact)}  said: ${says}`);
  return EXIT.ok;
}
