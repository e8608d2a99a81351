import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { TocsinError } from '../domain/errors.ts';
import { plain } from '../participant/plain.ts';
import { addAdminCommands } from './admin.ts';
import { addAlertCommands } from './alert.ts';
import { addApplicationCommands } from './application.ts';
import { addCustodyCommands } from './custody.ts';
import { addDemoCommand } from './demo.ts';
import { addDoctorCommand } from './doctor.ts';
import { EXIT_STATUSES, exitStatusOf } from './exit.ts';
import { addExposureCommands } from './exposure.ts';
import { addImportCommand } from './import.ts';
import { addInitCommand } from './init.ts';
import { addLogCommands } from './log.ts';
import { addClockCommands, addWorkCommands } from './oversight.ts';
import { addParticipantCommands } from './participant.ts';
import { addPersonCommands } from './person.ts';
import { addPolicyCommands } from './policy.ts';
import { addProgrammeCommands } from './programme.ts';
import { addRecoveryCommands } from './recovery.ts';
import { addSecondPersonCommands } from './second-person.ts';
import { addMigrateCommand, addServeCommand } from './serve.ts';
import { addTermsCommands } from './terms.ts';
import { addTraceCommands } from './trace.ts';
import type { World } from './world.ts';

/** Every command there is. */
export function buildProgram(world: World): Command {
  const program = new Command('tocsin')
    .description('An early-warning programme for vulnerabilities. docs/cli.md says more.')
    .version(version(), '--version')
    .exitOverride()
    // What follows a verb belongs to it: `trace FILE` and `trace run` know the same options.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => world.out(text),
      writeErr: (text) => world.err(text),
      // `report` says it, in the form that was asked for.
      outputError: () => undefined,
    })
    .showHelpAfterError(false);
  addServeCommand(program, world);
  addMigrateCommand(program, world);
  addAdminCommands(program, world);
  addInitCommand(program, world);
  addDoctorCommand(program, world);
  addSecondPersonCommands(addProgrammeCommands(program, world), world);
  addParticipantCommands(program, world);
  addApplicationCommands(program, world);
  addTermsCommands(program, world);
  addAlertCommands(program, world);
  addImportCommand(program, world);
  addPolicyCommands(program, world);
  addTraceCommands(program, world);
  addCustodyCommands(program, world);
  addRecoveryCommands(program, world);
  addPersonCommands(program, world);
  addExposureCommands(program, world);
  addWorkCommands(program, world);
  addLogCommands(program, world);
  addClockCommands(program, world);
  addDemoCommand(program, world);
  return program;
}

function version(): string {
  const file = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const found: unknown = JSON.parse(file);
  const known = typeof found === 'object' && found !== null && 'version' in found;
  return known ? String(found.version) : 'unknown';
}

/** Runs one command line to its end; the exit status goes to the world. */
export async function run(args: readonly string[], world: World): Promise<void> {
  try {
    await buildProgram(world).parseAsync([...args], { from: 'user' });
  } catch (error) {
    report(world, error, args.includes('--json'));
  }
}

function report(world: World, error: unknown, machine: boolean): void {
  if (error instanceof CommanderError) {
    reportUsage(world, error, machine);
    return;
  }
  const { code, field } = error instanceof TocsinError ? error : { code: 'INTERNAL', field: null };
  const message = error instanceof Error ? error.message : String(error);
  say(world, { code, message, field }, machine);
  world.finish(exitStatusOf(error));
}

/** Help and version come this way too, having printed what they had to. */
function reportUsage(world: World, { code, exitCode, message }: CommanderError, machine: boolean) {
  if (exitCode === 0) {
    world.finish(EXIT_STATUSES.done.status);
    return;
  }
  if (code !== 'commander.help') {
    const what = message.replace(/^error: /, '');
    say(world, { code: 'INVALID_INPUT', message: what, field: null }, machine);
  }
  world.finish(EXIT_STATUSES.input.status);
}

type Said = { readonly code: string; readonly message: string; readonly field: string | null };

const MAX_LINE = 2_000;

function say(world: World, error: Said, machine: boolean): void {
  const lines = error.message.split('\n').map((line) => plain(line, MAX_LINE));
  world.err(
    machine ? `${JSON.stringify({ error })}\n` : `tocsin: ${error.code}: ${lines.join('\n')}\n`,
  );
}
