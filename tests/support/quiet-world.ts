import type { World } from '../../src/cli/world.ts';
import type { Env } from '../../src/config/env.ts';
import type { FetchLike } from '../../src/participant/session.ts';

/** A world that keeps what was printed. Nobody watches; there is no server unless one is given. */
export type QuietWorld = World & {
  stdout(): string;
  stderr(): string;
  status(): number | null;
};

export function quietWorld(
  options: { env?: Env; cwd?: string; fetch?: FetchLike } = {},
): QuietWorld {
  let stdout = '';
  let stderr = '';
  let status: number | null = null;
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    fetch: options.fetch ?? (() => Promise.reject(new Error('no server in this test'))),
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    finish: (value) => {
      status = value;
    },
    watched: false,
    question: null,
    stdout: () => stdout,
    stderr: () => stderr,
    status: () => status,
  };
}
