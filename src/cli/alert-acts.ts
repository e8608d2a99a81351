import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { INVOLVEMENTS } from '../domain/enrolment.ts';
import { parseAssessmentFile } from './assessment-file.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { object, real } from './shape.ts';
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

const assessed = object({ version: real });

/** `alert assess` */
export function addAssess(alert: Command, world: World): void {
  const command = alert
    .command('assess')
    .description('what is known of the vulnerability; decided again, or an approval is void')
    .argument('<alert>', 'id of the alert')
    .argument('<file>', 'a YAML file; what it leaves out is not known');
  clientAction(world, command, async (client, typed) => {
    const body = parseAssessmentFile(await readTextFile(resolve(world.cwd, typed.args[1] ?? '')));
    const raw = await client.post(`/v1/alerts/${idAt(typed, 0, 'alert')}/assessment`, body);
    return { json: raw, text: `version ${assessed(raw, 'assessment').version}\n` };
  });
}
