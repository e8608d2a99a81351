import { invalid } from '../domain/errors.ts';
import { readCsafDocument } from './csaf/import.ts';
import { readCveRecord } from './cve/record.ts';
import type { ImportedDocument } from './imported.ts';
import { parseJsonDocument } from './json-document.ts';
import { JsonNode } from './json-node.ts';

/**
 * Imports an advisory document of either format, told apart by its outermost member.
 *
 * @throws INVALID_INPUT naming the path, UNSUPPORTED for another CSAF version, LIMIT_EXCEEDED
 */
export async function importDocument(bytes: Uint8Array): Promise<ImportedDocument> {
  const document = parseJsonDocument(bytes, 'the document');
  const root = new JsonNode(document).object();
  if (root.has('document')) return readCsafDocument(document);
  if (root.has('dataType')) return readCveRecord(document);
  throw invalid('document', 'a CSAF 2.0 or CVE JSON 5 document', document);
}
