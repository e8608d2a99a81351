import { invalid } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ImportedDocument, ImportedVulnerability } from '../imported.ts';
import { parseJsonDocument } from '../json-document.ts';
import { JsonNode } from '../json-node.ts';
import { type CnaContainer, readCna, readThirdParty } from './container.ts';
import { maybeTimestamp } from './timestamp.ts';

/**
 * Imports a published CVE record, format 5.0 to 5.2 (CVEProject/cve-schema, CVE_Record_Format).
 * What the assigner wrote becomes the vulnerability; containers of third parties stay apart, and no
 * reference is followed. Unknown members are refused where the schema refuses them.
 *
 * @throws INVALID_INPUT naming the path; LIMIT_EXCEEDED as `parseJsonDocument`
 */
export function importCve(bytes: Uint8Array): ImportedDocument {
  return readCveRecord(parseJsonDocument(bytes, 'the CVE record'));
}

/** As `importCve`, for a document that is parsed already. */
export function readCveRecord(document: unknown): ImportedDocument {
  const record = new JsonNode(document).object({
    required: ['dataType', 'dataVersion', 'cveMetadata', 'containers'],
    optional: [],
  });
  record.get('dataType').oneOf(['CVE_RECORD']);
  record.get('dataVersion').matching(/^5\.\d{1,3}(\.\d{1,3})?$/, 'a version of format 5');
  const metadata = readMetadata(record.get('cveMetadata'));
  const containers = record.get('containers').object({ required: ['cna'], optional: ['adp'] });
  const cna = readCna(containers.get('cna'));
  const thirdParty = containers.maybe('adp')?.list(1).map(readThirdParty) ?? [];
  return {
    format: 'cve-5',
    id: metadata.cve,
    title: cna.title,
    publisher: metadata.assigner,
    tlp: null,
    publishedAt: metadata.publishedAt,
    updatedAt: metadata.updatedAt,
    vulnerabilities: [vulnerability(metadata.cve, cna, thirdParty)],
    warnings: cna.warnings,
  };
}

function vulnerability(
  cve: string,
  cna: CnaContainer,
  thirdParty: ImportedVulnerability['thirdParty'],
): ImportedVulnerability {
  return {
    cve,
    title: cna.title,
    description: cna.description,
    weaknesses: cna.weaknesses,
    scores: cna.scores,
    products: cna.products,
    references: cna.references,
    publicAt: cna.publicAt,
    thirdParty,
  };
}

type Metadata = {
  readonly cve: string;
  readonly assigner: string | null;
  readonly publishedAt: Instant | null;
  readonly updatedAt: Instant | null;
};

const METADATA_OPTIONAL = [
  'assignerShortName',
  'requesterUserId',
  'dateUpdated',
  'dateReserved',
  'datePublished',
  'dateRejected',
  'serial',
];

function readMetadata(node: JsonNode): Metadata {
  const metadata = node.object({
    required: ['cveId', 'assignerOrgId', 'state'],
    optional: METADATA_OPTIONAL,
  });
  const state = metadata.get('state');
  // A rejected id names no vulnerability any more; an alert about it would be a mistake.
  if (state.oneOf(['PUBLISHED', 'REJECTED']) === 'REJECTED') {
    throw invalid(state.path, 'PUBLISHED', 'REJECTED');
  }
  return {
    cve: metadata.get('cveId').matching(/^CVE-\d{4}-\d{4,19}$/, 'a CVE id'),
    assigner: metadata.maybe('assignerShortName')?.text(32) ?? null,
    publishedAt: maybeTimestamp(metadata, 'datePublished'),
    updatedAt: maybeTimestamp(metadata, 'dateUpdated'),
  };
}
