import type { Outcome } from '../marking/script-trial.ts';

/** A script and the command that tries it, as its author wrote them. */
export type ScriptTest = {
  /** Program and arguments: there is no shell. */
  readonly command: readonly string[];
  /** The name under which the script lies in the command's working folder. */
  readonly name: string;
  readonly script: Uint8Array;
};

/**
 * Where an author's test command runs: without network, environment, or anything of ours to read,
 * within limits. Where none works here, nothing runs.
 */
export type Sandbox =
  | { readonly works: true; run(test: ScriptTest): Promise<Outcome> }
  | { readonly works: false; readonly reason: string };
