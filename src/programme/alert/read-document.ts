import type { ImportedDocument } from '../../formats/imported.ts';
import { inThread } from '../thread.ts';

/**
 * Reads a CSAF 2.0 or CVE JSON 5 document, in a thread: a large one takes seconds to validate, and
 * the validator a second to load, which nobody else need wait for.
 * @throws as `importDocument`; LIMIT_EXCEEDED, see `inThread`.
 */
export async function readDocument(bytes: Uint8Array): Promise<ImportedDocument> {
  const thread = new URL('./read-document-thread.ts', import.meta.url);
  return inThread<ImportedDocument>(thread, 'document', bytes);
}
