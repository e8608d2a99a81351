import { readFile } from 'node:fs/promises';
import { appealStep, type OwnStep, ownStanding } from '../../participant/own-standing.ts';
import { plain } from '../../participant/plain.ts';
import type { Session } from '../../participant/session.ts';
import { type Desk, say } from './desk.ts';
import { EXIT, type Exit } from './help.ts';

export async function standingVerb(session: Session, desk: Desk): Promise<Exit> {
  const steps = await ownStanding(session);
  say(desk, { steps }, showSteps(steps));
  return EXIT.ok;
}

export async function appealVerb(
  session: Session,
  { step, text }: { readonly step: string; readonly text: string },
  desk: Desk,
): Promise<Exit> {
  await appealStep(session, step, text === '-' ? await desk.stdin() : await readFile(text, 'utf8'));
  say(desk, { step }, `${plain(step)}  appealed: see notices`);
  return EXIT.ok;
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
