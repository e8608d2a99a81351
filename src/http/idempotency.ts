import type { FastifyRequest } from 'fastify';
import type { Caller } from '../programme/act.ts';
import type { Context } from '../programme/context.ts';
import { requestKey } from '../programme/member/request-key.ts';

/** What a verb remembers its answer under. */
export type RepeatKey = ReturnType<typeof requestKey>;

/** The key from the header Idempotency-Key and the whole request. @throws INVALID_INPUT */
export function repeatKey(
  context: Pick<Context, 'keys'>,
  caller: Caller,
  request: FastifyRequest,
): RepeatKey {
  const { method, url, headers, body } = request;
  const header = headers['idempotency-key'];
  return requestKey(context, caller, typeof header === 'string' ? header : undefined, {
    line: [method, url, headers['if-match'] ?? ''],
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? null)),
  });
}
