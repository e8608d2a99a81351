import { equalBytes, sha256Hex } from '../../crypto/hash.ts';
import { verify } from '../../crypto/sign.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { DeliveryId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { receiptSigningBytes } from '../../formats/receipt.ts';
import { sentDelivery } from '../../store/delivery-reader.ts';
import { receiptRecord } from '../../store/delivery-writer.ts';
import { prepareEvent } from '../../store/event-writer.ts';
import { actorOf, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';

export type ReceiptInput = {
  readonly delivery: DeliveryId;
  /** SHA-256 of the manifest's JSON and of the sealed file, 32 bytes each. */
  readonly manifestSha256: Buffer;
  readonly ciphertextSha256: Buffer;
  /** By the reader's signing key, over `receiptSigningBytes`. */
  readonly signature: Buffer;
};

/**
 * Takes a reader's signed receipt of what was sent, as the delivery recorded it. Repeating it
 * changes nothing.
 * @throws NOT_FOUND for a delivery that is not the caller's; SIGNATURE_INVALID for another key's;
 *   RECEIPT_MISMATCH, naming the hash, for a manifest or file other than the one sent.
 */
export async function acknowledgeCopy(
  context: Context,
  caller: ReaderCaller,
  input: ReceiptInput,
  now: Instant,
): Promise<{ acknowledged: boolean }> {
  for (const field of HASHES) {
    if (input[field].length !== 32) throw invalid(field, '32 bytes', input[field].length);
  }
  const { participant } = caller;
  return context.store.receipt({ participant, delivery: input.delivery }, async (read) => {
    const sent = sentDelivery(read);
    if (sent?.reader !== caller.id) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const bytes = receiptSigningBytes(input);
    if (!sent.signKeys.some((key) => verify(key, bytes, input.signature))) {
      throw new TocsinError('SIGNATURE_INVALID', "signature: expected one by the reader's key", {
        field: 'signature',
      });
    }
    requireSent(sent, input);
    const event = prepareEvent({
      type: 'acknowledged',
      at: now,
      programme: sent.programme,
      actor: actorOf(caller),
      data: {
        delivery: input.delivery,
        participant,
        reader: caller.id,
        receipt: sha256Hex(bytes, input.signature),
      },
    });
    const last = receiptRecord({ ...input, participant, at: now }, event);
    return { value: { acknowledged: true }, last };
  });
}

const HASHES = ['manifestSha256', 'ciphertextSha256'] as const;

function requireSent(
  sent: Readonly<Record<(typeof HASHES)[number], Buffer | null>>,
  input: ReceiptInput,
): void {
  for (const field of HASHES) {
    const expected = sent[field];
    // A delivery from before they were kept: its receipt rests on the signature alone.
    if (expected === null || equalBytes(expected, input[field])) continue;
    throw new TocsinError(
      'RECEIPT_MISMATCH',
      `${field}: expected that of what was sent, ${expected.toString('hex')}, found ` +
        input[field].toString('hex'),
      { field },
    );
  }
}
