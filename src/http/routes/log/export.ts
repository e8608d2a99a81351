import { Readable } from 'node:stream';
import { exportLedger } from '../../../programme/ledger/export-ledger.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { bytesResponse } from '../../schemas/bytes.ts';

const JSON_LINES = 'application/jsonl';

export function exportLog(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/log/export',
    {
      config: { audience: ['person:operator', 'person:auditor'] },
      schema: {
        summary: 'The whole ledger, line by line, for an outside verifier',
        response: { 200: bytesResponse('docs/formats/ledger-export.md', JSON_LINES) },
      },
    },
    async (_request, reply) =>
      reply.type(`${JSON_LINES}; charset=utf-8`).send(Readable.from(exportLedger(deps.context))),
  );
}
