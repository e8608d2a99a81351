import { Argument, type Command } from 'commander';
import { INVOLVEMENTS } from '../domain/enrolment.ts';
import { clientAction, idAt } from './command.ts';
import type { World } from './world.ts';

/** `alert involve` */
export function addInvolve(alert: Command, world: World): void {
  const command = alert
    .command('involve')
    .description('what a participant is to this alert; decided again at once')
    .argument('<alert>', 'id of the alert')
    .argument('<participant>', 'id of the participant')
    .addArgument(new Argument('<word>', 'what it is').choices(INVOLVEMENTS));
  clientAction(world, command, async (client, typed) => {
    const body = { participant: idAt(typed, 1, 'participant'), involvement: typed.args[2] };
    const raw = await client.post(`/v1/alerts/${idAt(typed, 0, 'alert')}/involvements`, body);
    return { json: raw, text: `${body.involvement}\n` };
  });
}
