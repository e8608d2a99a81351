import { readFile } from 'node:fs/promises';
import {
  appealStep,
  type OwnHearing,
  type OwnStep,
  ownStanding,
  stateOnStep,
} from '../../participant/own-standing.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function standingVerb(session: Session, desk: Desk): Promise<Exit> {
  const { steps, hearings } = await ownStanding(session);
  const lines = [...hearings.map(showHearing), showSteps(steps)];
  say(desk, { steps, hearings }, lines.join('\n'));
  return EXIT.ok;
}

type Said = { readonly step: string; readonly text: string };

export async function appealVerb(session: Session, said: Said, desk: Desk): Promise<Exit> {
  const { step } = said;
  await appealStep(session, step, await textOf(said, desk));
  say(desk, { step }, `${plain(step)}  appealed: see notices`);
  return EXIT.ok;
}

export async function statementVerb(session: Session, said: Said, desk: Desk): Promise<Exit> {
  const { step } = said;
  await stateOnStep(session, step, await textOf(said, desk));
  say(desk, { step }, `${plain(step)}  said: see notices`);
  return EXIT.ok;
}

async function textOf({ text }: Said, desk: Desk): Promise<string> {
  return text === '-' ? desk.stdin() : readFile(text, 'utf8');
}

function showHearing({ step, to, reason, until, heardAt }: OwnHearing): string {
  const said = heardAt === null ? `say until ${until} what you have to say: statement` : 'heard';
  return `${step}  proposed: ${to} (${reason}), ${said}`;
}

function showSteps(steps: readonly OwnStep[]): string {
  if (steps.length === 0) return 'nothing was decided about your organisation';
  return steps
    .map(({ id, from, to, reason, at, appeal }) => {
      const said = appeal === null ? '' : `, appeal ${appeal}`;
      return `${id}  ${at}  ${from} → ${to} (${reason})${said}`;
    })
    .join('\n');
}
