import type { Command } from 'commander';
import { parseConfig } from '../config/config.ts';
import { action } from './command.ts';
import type { World } from './world.ts';

type ServeOptions = { readonly json?: true; readonly repackagedNode?: true };

export function addServeCommand(program: Command, world: World): void {
  const command = program
    .command('serve')
    .description('serve the API and release what falls due, until SIGTERM or Ctrl-C')
    .option('--json', 'print where it serves as JSON')
    .option('--repackaged-node', 'with a Node that npm brought along: for tests and trials only');
  command.action(async () => serveUntilEnded(world, command.opts<ServeOptions>()));
}

async function serveUntilEnded(world: World, options: ServeOptions): Promise<void> {
  const ended = firstSignal();
  const { systemClock } = await import('../main/clock.ts');
  const { refuseRepackagedNode } = await import('../main/node-origin.ts');
  const { serve } = await import('../main/serve.ts');
  if (options.repackagedNode !== true) refuseRepackagedNode(process.execPath);
  const config = parseConfig(world.env, world.cwd);
  const logLine = (line: string) => world.err(`${asJson(line)}\n`);
  const { parts, url, operatorSocket, stop } = await serve(config, {
    clock: systemClock(),
    logLine,
  });
  try {
    const { notes } = parts;
    for (const note of notes) logLine(note);
    if (!isLoopback(config.listen.host)) logLine(PLAIN_HTTP);
    world.out(
      options.json === true
        ? `${JSON.stringify({ url, operatorSocket, notes })}\n`
        : `Tocsin serves ${url}\ndata in ${config.dataDir}; end with Ctrl-C\n`,
    );
    logLine(`ending: ${await ended}`);
  } finally {
    await stop();
  }
}

const PLAIN_HTTP =
  'TOCSIN_LISTEN is no loopback address: this is plain HTTP, put a proxy with TLS before it';

/** Log lines are JSON; notes are wrapped. */
function asJson(line: string): string {
  return line.startsWith('{') ? line : JSON.stringify({ note: line });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The first signal to end. A second one, while ending takes its time, ends the process at once. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const on = (signal: NodeJS.Signals) => {
      process.removeListener('SIGTERM', on);
      process.removeListener('SIGINT', on);
      resolve(signal);
    };
    process.on('SIGTERM', on);
    process.on('SIGINT', on);
  });
}

export function addMigrateCommand(program: Command, world: World): void {
  const command = program
    .command('migrate')
    .description('bring the database’s schema up to date and end; serve does it too');
  action(world, command, async () => {
    const { systemClock } = await import('../main/clock.ts');
    const { compose } = await import('../main/compose.ts');
    const parts = await compose(parseConfig(world.env, world.cwd), { clock: systemClock() });
    await parts.stop();
    const { notes } = parts;
    const text = notes.map((note) => `${note}\n`).join('') || 'the schema is up to date\n';
    return { json: { notes }, text };
  });
}
