import { readFile } from 'node:fs/promises';
import { messages, type OwnMessage, writeMessage } from '../../participant/messages.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

const MAX_SHOWN = 32_000;

export async function messagesVerb(session: Session, alert: string, desk: Desk): Promise<Exit> {
  const found = await messages(session, alert);
  const shown = found.length === 0 ? 'nothing was written to you' : found.map(show).join('\n\n');
  say(desk, { messages: found }, shown);
  return EXIT.ok;
}

function show({ at, from, name, audience, product, text }: OwnMessage): string {
  const who = from === 'member' ? plain(name ?? 'a member') : plain(from);
  const whom = audience === 'members' ? 'to all' : audience === 'one' ? 'to you' : 'to the issuer';
  const about = product === null ? '' : `, about ${plain(product)}`;
  const lines = text.split('\n').map((line) => `  ${plain(line, MAX_SHOWN)}`);
  return [`${at}  ${who} ${whom}${about}`, ...lines].join('\n');
}

export async function writeVerb(
  session: Session,
  asked: {
    readonly alert: string;
    readonly audience: 'issuer' | 'members';
    readonly product: string | null;
    readonly text: string;
  },
  desk: Desk,
): Promise<Exit> {
  const { alert, audience, product } = asked;
  const text = asked.text === '-' ? await desk.stdin() : await readFile(asked.text, 'utf8');
  await writeMessage(session, alert, { audience, product, text });
  say(desk, { alert, audience }, `${plain(alert)}  written to ${audience}`);
  return EXIT.ok;
}
