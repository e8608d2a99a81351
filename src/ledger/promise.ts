/**
 * What a copy carries until its tick: the log key's word that the event of the delivery will be in
 * the ledger by a stated time. Kept or broken can be shown to anybody.
 * Format: docs/formats/event-proof.md.
 */
import { verify } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import { decodeBase64 } from './base64.ts';
import { count, hex32 } from './shape.ts';

/** The event with this leaf hash will be in a tick no later than `by`. */
export type PromiseTerms = {
  /** Leaf hash of the event, 64 lower-case hex digits. */
  readonly leaf: string;
  /** The latest time of the tick, in milliseconds since 1970. */
  readonly by: number;
};

/** A promise with its Ed25519 signature by the log key, base64. */
export type SignedPromise = PromiseTerms & { readonly signature: string };

/** Three lines, the last a number: never a checkpoint, which the same key signs too. */
const LABEL = 'tocsin/promise/v1';

/**
 * The bytes that the log key signs: `"tocsin/promise/v1\n" leaf "\n" by "\n"`, `by` in decimal.
 * @throws INVALID_INPUT when the leaf is not 64 lower-case hex digits or `by` not a safe
 *   integer ≥ 0.
 */
export function promiseBytes({ leaf, by }: PromiseTerms): Buffer {
  const hex = hex32('promise.leaf', leaf).toString('hex');
  return Buffer.from(`${LABEL}\n${hex}\n${count('promise.by', by)}\n`);
}

/**
 * That the promise is the log's.
 * @param publicKey of the log, 32 bytes.
 * @throws SIGNATURE_INVALID when it is not; INVALID_INPUT as `promiseBytes`; KEY_INVALID when the
 *   key is not 32 bytes.
 */
export function verifyPromise(publicKey: Uint8Array, promise: SignedPromise): void {
  const signature = decodeBase64(promise.signature);
  if (signature === null || !verify(publicKey, promiseBytes(promise), signature)) {
    throw new TocsinError(
      'SIGNATURE_INVALID',
      'promise: expected a signature by the log key, found one that does not verify',
      { field: 'promise.signature' },
    );
  }
}

/**
 * That a verified proof keeps a verified promise.
 * @param proven what `verifyEventProof` gave.
 * @throws PROOF_INVALID when the proof is of another event; PROMISE_BROKEN when the tick came later
 *   than promised.
 */
export function requireKept(
  promise: PromiseTerms,
  proven: { readonly leaf: string; readonly at: number },
): void {
  if (proven.leaf !== promise.leaf) {
    throw new TocsinError(
      'PROOF_INVALID',
      `promise: expected the proof of event ${promise.leaf}, found that of ${proven.leaf}`,
      { field: 'promise.leaf' },
    );
  }
  if (proven.at > promise.by) {
    throw new TocsinError(
      'PROMISE_BROKEN',
      `promise: expected a tick by ${promise.by}, found one of ${proven.at} (ms since 1970)`,
      { field: 'promise.by' },
    );
  }
}
