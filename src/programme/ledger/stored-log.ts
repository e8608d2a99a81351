/** The public log as it lies in the database. */
import { TocsinError } from '../../domain/errors.ts';
import { type Checkpoint, formatCheckpoint } from '../../ledger/checkpoint.ts';
import type { GetNode } from '../../ledger/log-tree.ts';
import { signNote } from '../../ledger/note.ts';
import { verifierKey } from '../../ledger/verifier-key.ts';
import type { StoredNodes } from '../../store/ledger-store.ts';
import type { Context } from '../context.ts';

/** The key that checkpoints of this ledger verify with, in the signed-note form. */
export function logVerifierKey(context: Pick<Context, 'origin' | 'keys'>): string {
  return verifierKey(context.origin, context.keys.log.publicKey);
}

/** The signed note of a checkpoint of this ledger. */
export function signCheckpoint(
  { origin, keys }: Pick<Context, 'origin' | 'keys'>,
  checkpoint: Checkpoint,
): string {
  const { publicKey, sign } = keys.log;
  return signNote(formatCheckpoint(checkpoint), { name: origin, publicKey, sign });
}

/** Looks subtrees up among those read. @throws LEDGER_TAMPERED when one is not stored. */
export function nodeIn(nodes: StoredNodes): GetNode {
  return (level, index) => {
    const hash = nodes.get(`${level}/${index}`);
    if (hash) return hash;
    throw new TocsinError(
      'LEDGER_TAMPERED',
      `log node: expected a stored hash at level ${level}, index ${index}, found none`,
    );
  };
}

/** For a tick that the log has and the database has not. */
export function missing(tick: number): TocsinError {
  return new TocsinError('LEDGER_TAMPERED', `tick ${tick}: expected its row, found none`);
}
