/**
 * The whole ledger as JSON lines, for a verifier that shares no code with Tocsin
 * (`scripts/verify-ledger.mjs`). Format: docs/formats/ledger-export.md.
 */
import { canonicalJson } from '../crypto/canonical.ts';
import type { Audience } from './event-leaf.ts';
import type { Tick } from './tick-leaf.ts';

/** What the first line says of the whole log. */
export type ExportedLog = {
  readonly origin: string;
  readonly verifierKey: string;
  /** A signed note over exactly the ticks that follow. */
  readonly checkpoint: string;
};

/** One tick with all its events. */
export type ExportedTick = Tick & {
  readonly events: readonly ExportedEvent[];
  /** The tick's key, 32 bytes: with it the empty subtrees can be told from full ones. */
  readonly key: Uint8Array;
};

/** An event with what is left of its parts: body and salt, or null for both once erased. */
export type ExportedEvent = {
  readonly position: number;
  readonly entry: string;
  readonly parts: readonly ExportedPart[];
};

/** One part; `body` and `salt` (32 bytes) are null together, when the part was erased. */
export type ExportedPart = {
  readonly audience: Audience;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
};

/** The first line of an export, with its newline. */
export function exportHeader({ origin, verifierKey, checkpoint }: ExportedLog): string {
  return `${canonicalJson({ origin, verifierKey, checkpoint })}\n`;
}

/** The line of one tick, with its newline; events by position, which tells nothing of order. */
export function exportTick({ tick, at, root, events, key }: ExportedTick): string {
  const line = canonicalJson({
    tick,
    at,
    root: hex(root),
    events: events
      .toSorted((a, b) => a.position - b.position)
      .map(({ position, entry, parts }) => ({ position, entry, parts: parts.map(exportPart) })),
    key: hex(key),
  });
  return `${line}\n`;
}

function exportPart({ audience, body, salt }: ExportedPart): Record<string, string | true> {
  if (body === null || salt === null) return { audience, erased: true };
  return { audience, body, salt: hex(salt) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
