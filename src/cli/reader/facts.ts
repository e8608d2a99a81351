import { readFile } from 'node:fs/promises';
import { invalid } from '../../domain/errors.ts';
import { ownFacts, stateFacts } from '../../participant/facts.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

/** Without a file, what was stated; with one, states what it says. */
export async function factsVerb(session: Session, file: string | null, desk: Desk): Promise<Exit> {
  if (file === null) {
    const statements = await ownFacts(session);
    const lines = statements.map(({ statement, at, state }) => `${statement}  ${at}  ${state}`);
    say(desk, { statements }, lines.length === 0 ? 'nothing was stated' : lines.join('\n'));
    return EXIT.ok;
  }
  const text = file === '-' ? await desk.stdin() : await readFile(file, 'utf8');
  const { statement, narrowed } = await stateFacts(session, parse(text));
  const said = narrowed ? 'what narrows is in force' : 'it counts when the issuer has attested it';
  say(desk, { statement, narrowed }, `${plain(statement)}  stated: ${said}`);
  return EXIT.ok;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text: it stays here.
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return { ...found };
  throw invalid('facts', 'JSON, an object of facts', 'another text');
}
