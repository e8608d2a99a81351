/** `participant gaps`: what is missing of whom, and what it costs. */
import type { Command } from 'commander';
import { ARTIFACT_KINDS } from '../domain/artifact.ts';
import { clientAction } from './command.ts';
import { counted, table } from './output.ts';
import {
  allPages,
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
} from './programme.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const gapsPage = object({
  items: list(
    object({
      participant: text,
      name: text,
      gaps: list(object({ fact: text, state: text, before: list(text), after: list(text) })),
      transition: nullable(object({ accepts: list(text), expiresAt: text })),
      readers: object({ joined: real, invited: real }),
    }),
  ),
  next: nullable(text),
});
type Member = Told<typeof gapsPage>['items'][number];

export function addGapsCommand(participant: Command, world: World): void {
  const command = participant
    .command('gaps')
    .description('which facts of each participant are missing, and which kinds are denied for that')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const { raw, items } = await allPages(client, `/v1/programmes/${programme}/gaps`, gapsPage);
    const rows = items.flatMap(rowsOf);
    const whole = items.filter((member) => rowsOf(member).length === 0).length;
    const headings = ['participant', 'name', 'missing', 'denied before disclosure', 'and after'];
    return {
      json: { items: raw },
      text: table(headings, rows),
      hint: `Of ${counted(items.length, 'participant')}, ${whole} lack nothing.`,
    };
  });
}

function rowsOf({ participant, name, gaps, transition, readers }: Member): string[][] {
  const rows = gaps.map(({ fact, state, before, after }) => {
    const accepted = transition?.accepts.includes(fact) ? `, taken for shown` : '';
    return [participant, name, `${fact} ${state}${accepted}`, kinds(before), kinds(after)];
  });
  if (readers.joined > 0) return rows;
  const reader = readers.invited === 0 ? 'reader, none invited' : 'reader, invited and not joined';
  return [...rows, [participant, name, reader, 'everything', 'everything']];
}

function kinds(denied: readonly string[]): string {
  if (denied.length === 0) return 'nothing';
  return denied.length === ARTIFACT_KINDS.length ? 'everything' : denied.join(', ');
}
