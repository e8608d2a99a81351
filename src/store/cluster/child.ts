import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

/*
 * The one door to child processes. A child gets this environment and nothing of ours, no shell, and
 * `/` as its folder: master key, tokens and database URLs of the parent cannot reach it.
 */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** The system user a child runs as; absent means our own. Only root may name another. */
export type ChildUser = { readonly uid: number; readonly gid: number };

export type ChildResult = {
  /** The exit status; null when the program could not be started, was killed or ran out of time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** The most kept of a child's output; a failing program repeats itself. */
const OUTPUT_LIMIT = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Runs a program to its end. Never throws: a program that cannot be started has `code` null. */
export function runChild(
  program: string,
  args: readonly string[],
  options: { user?: ChildUser | undefined; input?: string; timeoutMs?: number } = {},
): Promise<ChildResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...base(options.user),
      stdio: 'pipe',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const end = (code: number | null, problem = '') => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr: stderr + problem });
    };
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-OUTPUT_LIMIT);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-OUTPUT_LIMIT);
    });
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code) => end(code));
    // A program that ends before it has read everything breaks the pipe; its exit status tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Starts a program that outlives this call, in a session of its own: a Ctrl-C in our terminal does
 * not reach it, so that we end it in order. `output` is a file descriptor for both its streams.
 */
export function startChild(
  program: string,
  args: readonly string[],
  options: { user?: ChildUser | undefined; output: number },
): ChildProcess {
  const stdio: StdioOptions = ['ignore', options.output, options.output];
  const child = spawn(program, args, { ...base(options.user), stdio, detached: true });
  child.unref();
  return child;
}

function base(user: ChildUser | undefined) {
  return { env: ENVIRONMENT, cwd: '/', ...user };
}
