import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { INVOLVEMENTS } from '../domain/enrolment.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { HAPPENING_KINDS } from '../domain/vulnerability.ts';
import { changeResult, mayWait } from './alert-change.ts';
import { parseAssessmentFile } from './assessment-file.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { flag, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const involved = object({ proposal: mayWait });

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
    const { proposal } = involved(raw, 'involvement');
    return changeResult(raw, proposal, `${body.involvement}\n`);
  });
}

const assessed = object({ version: real, proposal: mayWait });

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
    const { version, proposal } = assessed(raw, 'assessment');
    return changeResult(raw, proposal, `version ${version}\n`);
  });
}

/** `alert event` */
export function addEvent(alert: Command, world: World): void {
  const command = alert
    .command('event')
    .description('what has happened: decided again; "public" ends the embargo at once')
    .argument('<alert>', 'id of the alert')
    .addArgument(new Argument('<kind>', 'what has happened').choices(HAPPENING_KINDS))
    .option('--at <instant>', 'when (default: now)');
  clientAction<{ readonly at?: string }>(world, command, async (client, typed) => {
    const { at } = typed.options;
    const when = at === undefined ? {} : { at: formatInstant(parseInstant(at, '--at')) };
    const body = { kind: typed.args[1], ...when };
    const raw = await client.post(`/v1/alerts/${idAt(typed, 0, 'alert')}/events`, body);
    const { version, proposal, confirmBy, change } = recorded(raw, 'event');
    const result = changeResult(raw, change, `version ${version}\n`);
    const id = typed.args[0] ?? '';
    if (proposal !== null) {
      return { ...result, hint: `Waves can open at once: tocsin alert move-proposal ${proposal}` };
    }
    if (confirmBy === null) return result;
    const next = `tocsin alert confirm-publication ${id}`;
    return { ...result, hint: `By ${confirmBy}, by another person: ${next}` };
  });
}

const recorded = object({
  version: real,
  proposal: nullable(text),
  confirmBy: nullable(text),
  change: mayWait,
});
const published = object({ disclosureAt: text, confirmBy: text });

/** `alert publish-now` */
export function addPublish(alert: Command, world: World): void {
  const command = alert
    .command('publish-now')
    .description('end the embargo of an approved alert now; a second person is to confirm it')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--reason <word>', 'why, as a word of docs/cli.md; the ledger keeps it');
  clientAction<{ readonly reason: string }>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const raw = await client.post(`/v1/alerts/${id}/publication`, { reason: typed.options.reason });
    const { disclosureAt, confirmBy } = published(raw, 'publication');
    return {
      json: raw,
      text: `Disclosed at ${disclosureAt}\n`,
      hint: `By ${confirmBy}, by another person: tocsin alert confirm-publication ${id}`,
    };
  });
}

const confirmed = object({ inTime: flag });

/** `alert confirm-publication` */
export function addConfirm(alert: Command, world: World): void {
  const command = alert
    .command('confirm-publication')
    .description('confirm that another person rightly published it at once')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const path = `/v1/alerts/${idAt(typed, 0, 'alert')}/publication/confirmation`;
    const raw = await client.post(path, {});
    return {
      json: raw,
      text: confirmed(raw, 'confirmation').inTime ? 'Confirmed\n' : 'Confirmed, late\n',
    };
  });
}
