import type { Env } from '../config/env.ts';
import type { FetchLike } from '../participant/session.ts';

/** What a command reaches outside itself. */
export type World = {
  readonly env: Env;
  /** What relative paths start from. */
  readonly cwd: string;
  readonly fetch: FetchLike;
  out(text: string): void;
  err(text: string): void;
  /** The exit status of the process, once it ends by itself. */
  finish(status: number): void;
  /** Whether somebody watches standard error, so that progress is worth showing. */
  readonly watched: boolean;
  /** Puts a question to whoever sits before the terminal; null: nobody does. */
  readonly question: ((text: string) => Promise<string>) | null;
};

/** Shows how far a long work is, in one line that the next one replaces. */
export type Progress = {
  at(text: string): void;
  /** Takes the line away. */
  done(): void;
};

const CLEAR_LINE = '\r\u001b[K';

/** Silent when nobody watches. */
export function openProgress({ watched, err }: World): Progress {
  return {
    at: (text) => {
      if (watched) err(`${CLEAR_LINE}${text} …`);
    },
    done: () => {
      if (watched) err(CLEAR_LINE);
    },
  };
}
