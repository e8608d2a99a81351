import { TocsinError } from '../../domain/errors.ts';
import type { OpenpgpTool } from '../../participant/openpgp-tool.ts';
import { plain } from '../../participant/plain.ts';
import type { FetchLike } from '../../participant/session.ts';
import { EXIT, type Exit } from './help.ts';

/** What the program takes from the machine it runs on. */
export type Machine = {
  /** The home where none is named. */
  readonly home: string;
  readonly fetch: FetchLike;
  readonly openpgp: OpenpgpTool;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly stdin: () => Promise<string>;
  readonly out: (bytes: string | Uint8Array) => void;
  readonly err: (line: string) => void;
};

/** The machine as a verb uses it: results as text, or as lines of JSON. */
export type Desk = Machine & { readonly json: boolean };

/** One result in the form that was asked for. */
export function say({ json, out }: Desk, result: object, text: string): void {
  out(`${json ? JSON.stringify(result) : text}\n`);
}

/** Worse ones later. */
const BY_GRAVITY: readonly Exit[] = [EXIT.ok, EXIT.pending, EXIT.refused, EXIT.broken];

/** Acts on every file, also after one that fails; the gravest of their ends. */
export async function onEach(
  desk: Desk,
  files: readonly string[],
  act: (path: string) => Promise<Exit>,
): Promise<Exit> {
  let gravest: Exit = EXIT.ok;
  for (const path of files) {
    const end = await act(path).catch((error: unknown) => {
      desk.err(`tocsin-reader: ${path}: ${explain(error)}`);
      return EXIT.refused;
    });
    if (BY_GRAVITY.indexOf(end) > BY_GRAVITY.indexOf(gravest)) gravest = end;
  }
  return gravest;
}

/** An error for people. @throws what is neither ours nor the operating system's: a mistake here. */
export function explain(error: unknown): string {
  if (error instanceof TocsinError) return `${plain(error.message, 600)} (${error.code})`;
  if (error instanceof Error && 'syscall' in error) return plain(error.message, 600);
  throw error;
}
