import type { Instant } from '../../domain/instant.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { putSetting, setting } from '../../store/programme-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { logVerifierKey } from './stored-log.ts';

/** What a reader pins from its invitation. */
export type IssuerKeys = {
  readonly origin: string;
  /** Verifies checkpoints, signed-note form; its key also verifies promises. */
  readonly logVerifierKey: string;
  /** Ed25519 public keys, hex. */
  readonly logKey: string;
  readonly manifestKey: string;
  readonly tickMs: number;
};

export function issuerKeys(context: Context): IssuerKeys {
  return {
    origin: context.origin,
    logVerifierKey: logVerifierKey(context),
    logKey: context.keys.log.publicKey.toString('hex'),
    manifestKey: context.keys.manifest.publicKey.toString('hex'),
    tickMs: context.tickMs,
  };
}

/** Puts the public keys into the ledger, once. */
export async function publishIssuerKeys(context: Context, now: Instant): Promise<void> {
  const { logKey, manifestKey } = issuerKeys(context);
  await context.store.issuer(async (tx) => {
    const published = `${logKey}\n${manifestKey}`;
    if ((await setting(tx, 'issuer-keys'))?.toString() === published) return;
    await putSetting(tx, 'issuer-keys', Buffer.from(published));
    await recordEvent(tx, {
      type: 'issuer_keys_published',
      at: now,
      programme: null,
      actor: SYSTEM,
      data: { logKey, manifestKey },
    });
  });
}
