import { hmacSha256, lp } from '../../crypto/hash.ts';
import { invalid } from '../../domain/errors.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import type { Caller } from '../act.ts';
import type { Context } from '../context.ts';

/** 8 to 128 visible ASCII characters. */
const KEY = /^[!-~]{8,128}$/;

/**
 * What makes a repeated request the same request: who sends it (their token), the key they chose,
 * and a keyed hash over all that the act depends on.
 * @throws INVALID_INPUT for a key that is missing or malformed.
 */
export function requestKey(
  { keys }: Pick<Context, 'keys'>,
  caller: Caller,
  key: string | undefined,
  request: { readonly line: readonly string[]; readonly body: Uint8Array },
): IdempotencyKey {
  if (key === undefined || !KEY.test(key)) {
    throw invalid('Idempotency-Key', '8 to 128 visible ASCII characters', key);
  }
  const mac = hmacSha256(keys.requests, lp('tocsin/request/v1', ...request.line), request.body);
  return { token: caller.token, key, requestMac: mac.toString('hex') };
}
