import type { Command } from 'commander';
import { addPolicyChangeCommands } from './change-policy.ts';
import { action } from './command.ts';
import type { Result } from './output.ts';
import type { World } from './world.ts';

export function addPolicyCommands(program: Command, world: World): void {
  const policy = program.command('policy').description('policy packs, and changes of policy');
  const check = policy
    .command('check')
    .description(
      'check a pack: it compiles, means to us what it means to Cedar, and keeps its invariants',
    )
    .argument('<pack>', 'its folder, or the name of one that came with Tocsin');
  action(world, check, async ({ args: [pack = ''] }): Promise<Result> => {
    const { checkFiles, packAt } = await import('../main/pack-folder.ts');
    const result = await checkFiles((await packAt(pack, world.cwd)).files);
    return { json: result, text: findingsText(pack, result), status: result.ok ? 0 : 1 };
  });
  const explain = policy
    .command('explain')
    .description('what a pack decides, as a page that needs no Cedar: who gets what, and when')
    .argument('<pack>', 'its folder, or the name of one that came with Tocsin');
  action(world, explain, async ({ args: [pack = ''] }): Promise<Result> => {
    const { explainFiles, packAt } = await import('../main/pack-folder.ts');
    const { explanation, page } = explainFiles((await packAt(pack, world.cwd)).files);
    return { json: explanation, text: page };
  });
  addPolicyChangeCommands(policy, world);
}

type Check = {
  readonly ok: boolean;
  readonly findings: readonly {
    readonly level: string;
    readonly code: string;
    readonly message: string;
    readonly example: string | null;
  }[];
  readonly cases: number;
};

/** One finding a line, with the request that shows it below; last, what it comes to. */
export function findingsText(pack: string, { ok, findings, cases }: Check): string {
  const lines = findings.map(({ level, code, message, example }) => {
    const shown = example === null ? '' : `    for example: ${example}\n`;
    return `${pack}/${message} (${level}, ${code})\n${shown}`;
  });
  if (!ok) return lines.join('');
  const found = findings.length === 0 ? 'nothing found' : 'no error found';
  return `${lines.join('')}${pack}: ${found}; ${cases} cases answered as Cedar answers them\n`;
}
