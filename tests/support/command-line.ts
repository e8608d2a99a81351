import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../src/cli');

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

/** Runs `tocsin` or `tocsin-reader` as a process of its own, with nothing of our environment. */
export async function run(
  { cwd, env }: Terminal,
  program: 'tocsin' | 'tocsin-reader',
  ...args: readonly string[]
): Promise<Ran> {
  return ended(spawn(process.execPath, [join(CLI, `${program}.ts`), ...args], { cwd, env }));
}

/** Runs it until its output matches, and then sends what Ctrl-C sends. */
export async function interrupt(
  { cwd, env }: Terminal,
  when: RegExp,
  program: 'tocsin' | 'tocsin-reader',
  ...args: readonly string[]
): Promise<Ran> {
  const child = spawn(process.execPath, [join(CLI, `${program}.ts`), ...args], { cwd, env });
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

export async function startServing({ cwd, env }: Terminal): Promise<Served> {
  const args = [join(CLI, 'tocsin.ts'), 'serve', '--json', '--repackaged-node'];
  const child = spawn(process.execPath, args, { cwd, env });
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
