import type { Instant } from '../../domain/instant.ts';
import type { EventTree } from '../../ledger/event-tree.ts';

/**
 * Nodes kept in all trees together: two full ticks of 2^20 events, some 150 MB; or hundreds of
 * ordinary ones.
 */
const MOST_NODES = 2 ** 22;

/** What proofs of a tick's events share. */
export type ShelvedTick = {
  readonly at: Instant;
  /** As stored: hex. */
  readonly root: string;
  readonly tree: EventTree;
  /** The proof of its leaf in the log of the size last asked for: hashes as hex. */
  inLog: { readonly size: number; readonly proof: readonly string[] } | null;
};

/** The ticks that proofs were asked of last. A tick never changes. */
export type TreeShelf = {
  /** A tick, made by `build` when it is not there. */
  get(tick: number, build: () => Promise<ShelvedTick>): Promise<ShelvedTick>;
};

/** `nodes` is 0 while the tree is being built: then it is not given up. */
type Entry = { readonly shelved: Promise<ShelvedTick>; nodes: number };

/**
 * Keeps what was used last, up to a number of nodes, and always the one just built. However many
 * ask for a tree at the same moment, it is built once; one that failed is built again.
 */
export function openTreeShelf(mostNodes = MOST_NODES): TreeShelf {
  const entries = new Map<number, Entry>();
  let nodes = 0;
  const add = (tick: number, build: () => Promise<ShelvedTick>): Entry => {
    const entry: Entry = { shelved: build(), nodes: 0 };
    entry.shelved.then(
      ({ tree }) => {
        entry.nodes = tree.nodes;
        nodes += tree.nodes;
        // A Map iterates from what was put in first, which is what was used longest ago.
        for (const [oldest, candidate] of entries) {
          if (nodes <= mostNodes) return;
          if (candidate === entry || candidate.nodes === 0) continue;
          entries.delete(oldest);
          nodes -= candidate.nodes;
        }
      },
      () => entries.delete(tick),
    );
    return entry;
  };
  return {
    get(tick, build) {
      const entry = entries.get(tick) ?? add(tick, build);
      entries.delete(tick);
      entries.set(tick, entry);
      return entry.shelved;
    },
  };
}
