import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../crypto/hash.ts';
import type { Instant } from '../domain/instant.ts';
import { SYSTEM } from '../programme/act.ts';
import type { Context } from '../programme/context.ts';
import { recordEvent } from '../store/event-writer.ts';
import { putSetting, setting } from '../store/programme-store.ts';

export type ReaderBundle = { readonly bytes: Buffer; readonly sha256: string };

/** Beside the built package, or in `dist/` of a checkout that was built. */
const PLACES = ['../tocsin-reader.mjs', '../../dist/tocsin-reader.mjs'];

/** The recipient's program as built, or null in a checkout without a build. */
export async function loadReaderBundle(): Promise<ReaderBundle | null> {
  for (const place of PLACES) {
    try {
      const bytes = await readFile(join(import.meta.dirname, place));
      return { bytes, sha256: sha256Hex(bytes) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw error;
    }
  }
  return null;
}

/** Puts the hash of the program we hand out into the ledger, once per version of it. */
export async function recordBundle(
  context: Context,
  bundle: ReaderBundle,
  now: Instant,
): Promise<void> {
  await context.store.issuer(async (tx) => {
    const known = await setting(tx, 'reader-bundle');
    if (known?.toString() === bundle.sha256) return;
    await putSetting(tx, 'reader-bundle', Buffer.from(bundle.sha256));
    await recordEvent(tx, {
      type: 'reader_bundle_published',
      at: now,
      programme: null,
      actor: SYSTEM,
      data: { sha256: bundle.sha256, bytes: bundle.bytes.length },
    });
  });
}
