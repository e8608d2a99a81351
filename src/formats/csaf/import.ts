import type { Tlp } from '../../domain/artifact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { ImportedDocument } from '../imported.ts';
import { parseJsonDocument } from '../json-document.ts';
import { JsonNode, type JsonObject } from '../json-node.ts';
import { type CsafFinding, checkCsaf } from './check.ts';
import { readProductTree } from './product-tree.ts';
import { readVulnerability } from './vulnerability.ts';

/**
 * Imports a CSAF 2.0 document. It has to pass the schema; a failed mandatory test becomes a warning
 * that names the test, since real advisories have such faults and dropping them helps nobody.
 * Members that the standard does not define are passed over.
 *
 * @throws INVALID_INPUT naming the path; UNSUPPORTED for another CSAF version; LIMIT_EXCEEDED as
 *   `parseJsonDocument`
 */
export async function importCsaf(bytes: Uint8Array): Promise<ImportedDocument> {
  return readCsafDocument(parseJsonDocument(bytes, 'the CSAF document'));
}

/** As `importCsaf`, for a document that is parsed already. */
export async function readCsafDocument(document: unknown): Promise<ImportedDocument> {
  const root = new JsonNode(document).object();
  checkVersion(root);
  const report = await checkCsaf(document, 'tolerant');
  refuseSchemaFault(report.findings);
  return readDocument(root, report.findings);
}

function checkVersion(root: JsonObject): void {
  const version = root.maybe('document')?.object().maybe('csaf_version') ?? null;
  if (version === null) throw invalid('document.csaf_version', '2.0', undefined);
  if (version.text(20) !== '2.0') {
    throw new TocsinError('UNSUPPORTED', `${version.path}: expected 2.0, found another version`, {
      field: version.path,
    });
  }
}

function refuseSchemaFault(findings: readonly CsafFinding[]): void {
  const faults = findings.filter((finding) => finding.test === 'schema');
  const first = faults[0];
  if (first === undefined) return;
  const field = first.field === '' ? 'document' : first.field;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw new TocsinError('INVALID_INPUT', `${field}: ${first.message}${more}`, { field });
}

function readDocument(root: JsonObject, findings: readonly CsafFinding[]): ImportedDocument {
  const head = root.get('document').object();
  const tracking = head.get('tracking').object();
  const products = readProductTree(root.maybe('product_tree'));
  const read = root.items('vulnerabilities').map((node) => readVulnerability(node, products));
  return {
    format: 'csaf-2.0',
    id: tracking.get('id').text(MAX_LINE),
    title: head.get('title').text(MAX_LINE),
    publisher: head.get('publisher').object().get('name').text(MAX_LINE),
    tlp: readTlp(head),
    publishedAt: readDate(tracking.get('initial_release_date')),
    updatedAt: readDate(tracking.get('current_release_date')),
    vulnerabilities: read.map((one) => one.vulnerability),
    warnings: [...findings, ...read.flatMap((one) => one.warnings)],
  };
}

const MAX_LINE = 4096;
/** The labels of TLP 1.0, which CSAF 2.0 uses (§3.2.1.5.2). */
const TLP_1 = { WHITE: 'CLEAR', GREEN: 'GREEN', AMBER: 'AMBER', RED: 'RED' } as const;

function readTlp(head: JsonObject): Tlp | null {
  const label = head.maybe('distribution')?.object().maybe('tlp')?.object().get('label');
  return label === undefined ? null : TLP_1[label.oneOf(['WHITE', 'GREEN', 'AMBER', 'RED'])];
}

function readDate(node: JsonNode) {
  return parseInstant(node.text(40), node.path);
}
