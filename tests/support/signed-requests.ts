/** Requests as a reader signs them, and as somebody would who has less than its key. */
import { sha256 } from '../../src/crypto/hash.ts';
import { newId } from '../../src/crypto/random.ts';
import { signer } from '../../src/crypto/sign.ts';
import {
  componentsOf,
  contentDigest,
  type RequestToSign,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '../../src/formats/signed-request.ts';
import type { TestReader } from './house.ts';

/** A request that is to be signed; the host is that of a house, where none is named. */
export type Signable = Pick<RequestToSign, 'method' | 'target'> & {
  readonly body?: string | Uint8Array;
  readonly key?: string;
  readonly host?: string;
};

/** Who signs, and when; by default another nonce each time. */
export type By = Pick<TestReader, 'signSeed'> & {
  readonly caller: { readonly id: string };
  readonly at: number;
  readonly nonce?: string;
};

export const OWN_HOST = 'localhost:8740';

/** The headers of a signed request that are of its signature. */
export function signatureOf(request: Signable, by: By): Record<string, string> {
  const { method, target, body, key, host = OWN_HOST } = request;
  const digest = body === undefined ? null : contentDigest(sha256(Buffer.from(body)));
  const components = componentsOf({
    ...{ method, target, authority: host },
    ...{ contentDigest: digest, idempotencyKey: key ?? null },
  });
  const { nonce = newId(), at, caller, signSeed } = by;
  const terms = { created: Math.floor(at / 1_000), nonce, keyid: caller.id };
  const params = signatureParams(components, terms);
  const signature = signer(signSeed).sign(signatureBase(components, params));
  return {
    ...(digest === null ? {} : { 'content-digest': digest }),
    ...signatureHeaders(params, signature),
  };
}
