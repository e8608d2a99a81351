/** What is asked about alerts that are out, and what waits for a person. */
import type { Command } from 'commander';
import { clientAction } from './command.ts';
import { namesOfAll } from './names.ts';
import { table } from './output.ts';
import {
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
  say,
  wordsOf,
} from './programme.ts';
import { addVeto } from './second-person.ts';
import { flag, list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const work = object({
  items: list(
    object({
      id: text,
      code: text,
      alert: nullable(text),
      artifact: nullable(text),
      participant: nullable(text),
      reader: nullable(text),
      proposer: nullable(text),
      at: text,
      dueAt: nullable(text),
      overdue: flag,
    }),
  ),
});

/** What a second person is asked, and with which command it is answered. */
const PROPOSALS: Readonly<Record<string, string>> = {
  MOVE_PROPOSED: 'another T0 is proposed: alert approve-move',
  EARLY_WAVES_PROPOSED: 'earlier waves, unless refused: alert approve-move, refuse-move',
  CHANGE_PROPOSED: 'a change that opens more: alert approve-change',
  ADDITION_PROPOSED: 'a late artifact: alert approve-addition',
  POLICY_PROPOSED: 'another policy: policy activate',
  MEMBER_CHANGE_PROPOSED: 'more for participants: participant show-change, approve-change',
  STANDING_PROPOSED: 'a step of a standing: participant confirm, refuse',
  STANDING_UNCONFIRMED: 'a step that one person put in force: participant confirm, refuse',
  FEEDBACK_GIVEN: 'a participant found something wrong with an artifact: alert feedback',
  MESSAGE_POSTED: 'a participant wrote about the alert: alert messages',
  LEAK_REPORTED: 'a participant reported a leak of its own: alert leaks',
  STANDING_APPEALED: 'an appeal against a step: participant grant-appeal, dismiss-appeal',
  AGREEMENT_SIGNED: 'a signature under the terms: terms countersign, terms refuse',
  FACTS_STATED: 'a member states facts of its own: participant statements, attest',
  APPLICATION_OPEN: 'somebody asks to join: application show',
  SECOND_PERSON_PROPOSED: 'another form of the second person: programme second-person confirm',
  TAKES_EFFECT: 'TAKES EFFECT BY ITSELF when due, unless somebody vetoes it: work veto',
  APPLICATION_APPEALED: 'an appeal of an applicant: application grant-appeal, dismiss-appeal',
};

/** `work list` */
export function addWorkCommands(program: Command, world: World): void {
  const parent = program.command('work').description('what waits for a person');
  addVeto(parent, world);
  const command = parent
    .command('list')
    .description('what was held, and why, and what waits for a second person; overdue first')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const raw = await client.get(`/v1/programmes/${programme}/work-items`);
    const { reasons } = await wordsOf(client, programme);
    const names = await namesOfAll(client, programme);
    const name = (id: string | null) => (id === null ? '' : names.of(id));
    const rows = work(raw, 'work').items.map(
      ({ id, at, code, alert, artifact, participant, reader, proposer, dueAt, overdue }) => [
        at,
        `${dueAt ?? ''}${overdue ? ' OVERDUE' : ''}`,
        PROPOSALS[code] ?? say(reasons, code),
        name(participant),
        name(reader),
        alert ?? '',
        proposer === null ? (artifact ?? '') : id,
      ],
    );
    const about = 'artifact or proposal';
    const headings = ['since', 'due', 'why', 'participant', 'reader', 'alert', about];
    return { json: raw, text: table(headings, rows) };
  });
}

const confirmation = object({ confirmed: flag });

/** `clock confirm` */
export function addClockCommands(program: Command, world: World): void {
  const command = program
    .command('clock')
    .description('the server’s clock')
    .command('confirm')
    .description('confirm the time after a doubt; the second person ends the hold');
  clientAction(world, command, async (client) => {
    const raw = await client.post('/v1/clock/confirmations', {});
    const ended = confirmation(raw, 'confirmation').confirmed;
    return {
      json: raw,
      text: ended ? 'The hold is over.\n' : 'Noted; a second person must confirm too.\n',
    };
  });
}
