import { readDocument } from '../../../programme/alert/read-document.ts';
import { BODY_LIMITS, bytesOf } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ImportedText, presentImported } from '../../schemas/imported.ts';

export function readImport(app: App, _deps: HttpDeps): void {
  app.post(
    '/v1/imports',
    {
      bodyLimit: BODY_LIMITS.bytes,
      config: { audience: ['person:author'], repeat: 'natural', takes: 'bytes' },
      schema: {
        summary: 'Reads a CSAF 2.0 or CVE JSON 5 document: its facts, and warnings; keeps nothing',
        response: { 200: ImportedText },
      },
    },
    async ({ body }) => presentImported(await readDocument(bytesOf(body))),
  );
}
