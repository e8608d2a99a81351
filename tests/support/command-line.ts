import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../src/cli');

type Program = 'tocsin' | 'tocsin-reader';

export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Somebody's terminal: a folder to work in, and variables. */
export type Terminal = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** What is compiled already: where the tests' own runner has put that, if it has. */
const { NODE_COMPILE_CACHE } = process.env;
export const COMPILED = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

/** Runs `tocsin` or `tocsin-reader` as a process of its own, with no more of our environment. */
export async function run(
  terminal: Terminal,
  program: Program,
  ...args: readonly string[]
): Promise<Ran> {
  return ended(start(terminal, program, args));
}

/** Runs it until its output matches, and then sends what Ctrl-C sends. */
export async function interrupt(
  terminal: Terminal,
  when: RegExp,
  program: Program,
  ...args: readonly string[]
): Promise<Ran> {
  const child = start(terminal, program, args);
  let seen = '';
  const look = (text: Buffer) => {
    seen += text.toString();
    if (!when.test(seen)) return;
    // Once: a second one would end it without order.
    child.stdout.removeListener('data', look);
    child.kill('SIGINT');
  };
  child.stdout.on('data', look);
  return ended(child);
}

function start({ cwd, env }: Terminal, program: Program, args: readonly string[]) {
  const script = join(CLI, `${program}.ts`);
  return spawn(process.execPath, [script, ...args], { cwd, env: { ...env, ...COMPILED } });
}

async function ended(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** A `tocsin serve` of one's own. */
export type Served = {
  readonly url: string;
  /** Ends it as a service manager would, and gives its exit status. */
  stop(): Promise<Ran>;
};

export async function startServing(terminal: Terminal): Promise<Served> {
  const child = start(terminal, 'tocsin', ['serve', '--json', '--repackaged-node']);
  const end = ended(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { url: string }).url);
    });
    void end.then(({ stderr }) => reject(new Error(`tocsin serve ended: ${stderr}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return end;
    },
  };
}

/** A folder that the database's own user can enter too, so that nothing has to move. */
export async function openWorkFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tocsin-cli-'));
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The pid files of PostgreSQL servers below a folder: one that ended in order leaves none. */
export async function postgresLeftIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((path) => path.endsWith('postmaster.pid'));
}
