import { resolve } from 'node:path';
import type { Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import { parseId } from '../domain/ids.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import type { World } from './world.ts';

/** `trace release` */
export function addRelease(trace: Command, world: World): void {
  const command = trace
    .command('release')
    .description(
      'release a report, as a person who did not run the trace; it is a draft until then',
    )
    .argument('<sighting>', 'id of the sighting')
    .requiredOption('--report <hash>', 'the hash of the report, as trace show has it');
  clientAction<{ readonly report: string }>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'sighting');
    const { report } = typed.options;
    if (!/^[0-9a-f]{64}$/.test(report)) throw invalid('--report', '64 hex digits', report);
    const raw = await client.post(`/v1/sightings/${id}/release`, { report });
    return { json: raw, text: `Released the report of ${id}\n` };
  });
}

/** `trace reply` */
export function addReply(trace: Command, world: World): void {
  const command = trace
    .command('reply')
    .description('record what a participant says to a report, which stays as it is')
    .argument('<sighting>', 'id of the sighting')
    .argument('<file>', 'the reply, as text')
    .requiredOption('--participant <id>', 'whose it is');
  clientAction<{ readonly participant: string }>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'sighting');
    const raw = await client.post(`/v1/sightings/${id}/replies`, {
      participant: parseId(typed.options.participant, '--participant'),
      text: await readTextFile(resolve(world.cwd, typed.args[1] ?? '')),
    });
    return { json: raw, text: `Recorded a reply to the report of ${id}\n` };
  });
}
