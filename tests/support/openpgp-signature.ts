import assert from 'node:assert/strict';
import { createMessage, type PrivateKey, sign } from 'openpgp';

/** A detached signature, binary, over `message`. */
export async function openpgpSignature(
  signingKeys: PrivateKey,
  message: Uint8Array,
  date: Date,
): Promise<Buffer> {
  // The library's types of results need another package's: they are looked at instead.
  const signature: unknown = await sign({
    message: await createMessage({ binary: message }),
    signingKeys,
    detached: true,
    format: 'binary',
    date,
  });
  assert.ok(signature instanceof Uint8Array);
  return Buffer.from(signature);
}
