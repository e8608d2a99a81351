import { readFile } from 'node:fs/promises';
import { invalid } from '../../domain/errors.ts';
import { type LeakReport, reportLeak } from '../../participant/leak.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

const QUESTIONS = ['what', 'toWhom', 'prevention'] as const;

export async function leakVerb(
  session: Session,
  { alert, noticed, text }: Readonly<Record<'alert' | 'noticed' | 'text', string>>,
  desk: Desk,
): Promise<Exit> {
  const said = text === '-' ? await desk.stdin() : await readFile(text, 'utf8');
  await reportLeak(session, alert, noticed, parseReport(said));
  say(desk, { alert, noticed }, `${plain(alert)}  leak reported`);
  return EXIT.ok;
}

/** @throws INVALID_INPUT naming the question without an answer. */
function parseReport(json: string): LeakReport {
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    // The parser's own message quotes the text: it stays here.
  }
  if (typeof found !== 'object' || found === null) {
    throw invalid('report', 'JSON with what, toWhom and prevention', 'another text');
  }
  const answers: Readonly<Record<string, unknown>> = { ...found };
  const [what, toWhom, prevention] = QUESTIONS.map((question) => {
    const answer = answers[question];
    if (typeof answer === 'string' && answer.trim() !== '') return answer;
    throw invalid(`report.${question}`, 'a text', answer === undefined ? 'nothing' : 'none');
  }) as [string, string, string];
  return { what, toWhom, prevention };
}
