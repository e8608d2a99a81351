import { join } from 'node:path';
import { runChild } from '../store/cluster/child.ts';

/** The verifier written only from the published formats; it shares no code with us. */
const VERIFIER = join(import.meta.dirname, '../../scripts/verify-ledger.mjs');
const VERDICT = /^ledger verified: (\d+) ticks, (\d+) events, root ([0-9a-f]{64})$/m;
const TIMEOUT_MS = 10 * 60_000;

/** What the verifier said of an export. */
export type LedgerCheck =
  | {
      readonly verified: true;
      readonly size: number;
      readonly events: number;
      /** Of the log, hex. */
      readonly root: string;
    }
  | { readonly verified: false; readonly problem: string };

/** Has an exported ledger verified by a process of its own, against a pinned verifier key. */
export async function checkLedgerFile(file: string, verifierKey: string): Promise<LedgerCheck> {
  const options = { timeoutMs: TIMEOUT_MS };
  const run = await runChild(process.execPath, [VERIFIER, file, verifierKey], options);
  const [, size, events, root] = VERDICT.exec(run.stdout) ?? [];
  if (run.code !== 0 || root === undefined) {
    return { verified: false, problem: run.stderr.trim() || 'it gave no verdict' };
  }
  return { verified: true, size: Number(size), events: Number(events), root };
}
