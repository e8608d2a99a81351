import type { Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import type { World } from './world.ts';

type Options = {
  readonly once?: true;
  readonly json?: string;
  readonly seed: string;
  readonly data?: string;
};

export function addDemoCommand(program: Command, world: World): void {
  const command = program
    .command('demo')
    .description('July 2025 again, on a virtual clock: from the plan to a traced leak')
    .option('--once', 'end after the story instead of serving')
    .option('--json <file>', 'write its numbers to a file')
    .option('--seed <number>', 'another course of events', '2025')
    .option('--data <folder>', 'keep the data in this folder, which must be empty');
  command.action(async () => {
    const { once, json = null, seed, data = null } = command.opts<Options>();
    if (!/^[0-9]{1,9}$/.test(seed)) throw invalid('--seed', 'a whole number', seed);
    const { runDemo } = await import('./demo/demo.ts');
    await runDemo(world, { once: once === true, json, seed: Number(seed), data });
  });
}
