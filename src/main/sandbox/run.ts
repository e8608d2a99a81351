import { type ChildProcess, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import type { ScriptTest } from '../../programme/sandbox.ts';
import { enter, LIMITS, type Manner } from './enter.ts';

/** What a test came to: `failed` where it did not end by itself, or the sandbox did not stand. */
export type Ran =
  | { readonly kind: 'ended'; readonly status: number; readonly output: Buffer }
  | { readonly kind: 'failed'; readonly reason: string };

/** For the programs that build the sandbox; what runs in it has no environment at all. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** Most kept of what the programs that build it say, in characters. */
const MAX_SAID = 1000;

/**
 * Runs a test in the sandbox. Never rejects.
 * @param ms how long it may take, wall clock.
 */
export function runApart(
  manner: Manner,
  { command, name, script }: ScriptTest,
  ms: number = LIMITS.ms,
): Promise<Ran> {
  return new Promise((resolve) => {
    const [program, args] = enter(manner, networkHere(), name, command);
    const child = spawn(program, args, {
      env: ENVIRONMENT,
      cwd: '/',
      // A group of its own, to be ended as a whole.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    let problem: string | null = null;
    const stop = (reason: string) => {
      problem ??= reason;
      endGroup(child);
    };
    const timer = setTimeout(() => stop(`did not end within ${ms / 1000} s`), ms);
    const output: Buffer[] = [];
    let length = 0;
    child.stdout?.on('data', (bytes: Buffer) => {
      length += bytes.length;
      if (length <= LIMITS.output) output.push(bytes);
      else stop(`wrote more than ${LIMITS.output} bytes`);
    });
    const said = collect(child, 2);
    const ready = collect(child, 3);
    const end = (ran: Ran) => {
      clearTimeout(timer);
      resolve(ran);
    };
    child.on('error', ({ message }) => end(failed(message)));
    child.on('close', (status, signal) => {
      if (problem !== null) end(failed(problem));
      else if (ready() !== 'ready\n') end(failed(`no sandbox: ${firstLine(said())}`));
      else if (status === null) end(failed(`ended by ${signal}`));
      else end({ kind: 'ended', status, output: Buffer.concat(output) });
    });
    // What ends before it has read the script breaks the pipe; how it ended tells why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(script);
  });
}

/** Nothing to compare with where there are no namespaces: there the sandbox fails anyway. */
function networkHere(): string {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return '';
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** What a child writes to a descriptor, as far as it is kept. */
function collect(child: ChildProcess, descriptor: 2 | 3): () => string {
  let text = '';
  child.stdio[descriptor]?.on('data', (bytes: Buffer) => {
    text = (text + bytes.toString()).slice(0, MAX_SAID);
  });
  return () => text;
}

function failed(reason: string): Ran {
  return { kind: 'failed', reason };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'its programs said nothing';
}
