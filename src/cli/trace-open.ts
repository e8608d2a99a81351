import { resolve } from 'node:path';
import type { Command } from 'commander';
import { TocsinError } from '../domain/errors.ts';
import { openHalf } from '../participant/officer.ts';
import { clientAction, idAt } from './command.ts';
import { IDENTITY, IDENTITY_HELP, type IdentityOption } from './custody.ts';
import { readTextFile } from './local-file.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const markKey = object({ sealed: nullable(object({ halves: list(text) })) });
const brought = object({ openUntil: nullable(text) });

/** `trace open`: the half is opened here, with an identity that the server never sees. */
export function addOpen(trace: Command, world: World): void {
  const command = trace
    .command('open')
    .description('as an officer, bring your half of an alert’s sealed mark key for one trace')
    .argument('<sighting>', 'id of the sighting')
    .argument('<alert>', 'id of the alert')
    .requiredOption(IDENTITY, IDENTITY_HELP);
  clientAction<IdentityOption>(world, command, async (client, typed) => {
    const [sighting, alert] = [idAt(typed, 0, 'sighting'), idAt(typed, 1, 'alert')];
    const identity = await readTextFile(resolve(world.cwd, typed.options.identity));
    const { sealed } = markKey(await client.get(`/v1/alerts/${alert}/mark-key`), 'mark key');
    if (sealed === null) {
      throw new TocsinError('CONFLICT', 'mark key: expected it sealed; the server has it');
    }
    const halves = sealed.halves.map((half) => Buffer.from(half, 'base64'));
    const { half } = openHalf(identity, alert, halves);
    const raw = await client.post(`/v1/sightings/${sighting}/halves`, { alert, half });
    const { openUntil } = brought(raw, 'half');
    const hint =
      openUntil === null
        ? `Next, by the other officer: tocsin trace open ${sighting} ${alert} --identity FILE`
        : `Next: tocsin trace run ${sighting}`;
    const state = openUntil === null ? 'waits for the other half' : `is open until ${openUntil}`;
    return { json: raw, text: `The mark key of ${alert} ${state}\n`, hint };
  });
}
