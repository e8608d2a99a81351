import type { Command } from 'commander';
import { parseConfig } from '../config/config.ts';
import { invalid } from '../domain/errors.ts';
import { action } from './command.ts';
import { counted, table } from './output.ts';
import type { World } from './world.ts';

/** `tocsin doctor` */
export function addDoctorCommand(program: Command, world: World): void {
  const command = program
    .command('doctor')
    .description('on the server’s own machine: what is wrong with the installation, and what to do')
    .option('--url <url>', 'where readers reach it: looks at the certificate too');
  action<{ readonly url?: string }>(world, command, async ({ options }) => {
    const { systemClock } = await import('../main/clock.ts');
    const { doctor } = await import('../main/doctor.ts');
    const url = options.url === undefined ? null : parseUrl(options.url);
    const { wall } = systemClock().reading();
    const checks = await doctor(parseConfig(world.env, world.cwd), url, wall);
    const faults = checks.filter(({ state }) => state === 'fault').length;
    const warnings = checks.filter(({ state }) => state === 'warning').length;
    const rows = checks.map(({ what, state, found, remedy }) => [
      state === 'fault' ? 'FAULT' : state,
      what,
      found,
      remedy ?? '',
    ]);
    return {
      json: { checks },
      text: table(['', 'what', 'found', 'what to do'], rows),
      hint: `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.`,
      status: faults > 0 ? 1 : 0,
    };
  });
}

function parseUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw invalid('--url', 'an absolute URL', text);
}
