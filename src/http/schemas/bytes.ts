import type { Readable } from 'node:stream';
import { Type } from 'typebox';

export const BYTES = 'application/octet-stream';

/** An answer in bytes, for the API's description: fastify sends buffers as they are. */
export function bytesResponse(description: string, mediaType: string = BYTES) {
  const schema = Type.Unsafe<Buffer | Readable>({ type: 'string', format: 'binary' });
  return { description, content: { [mediaType]: { schema } } };
}
