/** The public log as it lies in the database. */
import { TocsinError } from '../domain/errors.ts';
import { type Frontier, frontierAt, frontierNodes, type GetNode } from '../ledger/log-tree.ts';
import { verifierKey } from '../ledger/verifier-key.ts';
import type { Tx } from '../store/database.ts';
import { logNodes } from '../store/ledger-store.ts';
import type { Context } from './context.ts';

/** The key that checkpoints of this ledger verify with, in the signed-note form. */
export function logVerifierKey(context: Pick<Context, 'origin' | 'keys'>): string {
  return verifierKey(context.origin, context.keys.log.publicKey);
}

/** The log's frontier at `size`, folded from its stored subtrees. */
export async function storedFrontier(tx: Tx, size: number): Promise<Frontier> {
  return frontierAt(size, lookup(await logNodes(tx, frontierNodes(size))));
}

/** Looks subtrees up among those read beforehand. */
export function lookup(nodes: ReadonlyMap<string, Buffer>): GetNode {
  return (level, index) => {
    const hash = nodes.get(`${level}/${index}`);
    if (!hash) throw new TocsinError('INTERNAL', `log node ${level}/${index}: expected it read`);
    return hash;
  };
}
