import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import { KEY_REPORTS } from '../../../domain/key-report.ts';
import { readOwnKeys } from '../../../programme/member/reader-keys.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const Key = Type.Object({
  reader: IdText,
  label: Type.String(),
  fingerprint: Hex32,
  since: InstantText,
  expiresAt: nullable(InstantText),
  reported: nullable(oneOf(KEY_REPORTS)),
  next: nullable(Type.Object({ fingerprint: Hex32, opensAt: InstantText })),
});

export function listKeys(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/keys',
    {
      config: { audience: ['reader', 'machine'] },
      schema: {
        summary: 'The keys of the readers of the own participant, and until when they are in force',
        response: { 200: Type.Object({ reader: IdText, keys: listOf(Key) }) },
      },
    },
    async (request) => {
      const { reader, keys } = await readOwnKeys(deps.context, readerOf(request));
      return {
        reader,
        keys: keys.map(({ since, expiresAt, next, ...key }) => ({
          ...key,
          since: formatInstant(since),
          expiresAt: instantOrNull(expiresAt),
          next: next && { ...next, opensAt: formatInstant(next.opensAt) },
        })),
      };
    },
  );
}
