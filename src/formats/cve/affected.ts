import { invalid } from '../../domain/errors.ts';
import type { ImportedProduct, ProductStatus, Versions } from '../imported.ts';
import type { JsonNode, JsonObject } from '../json-node.ts';

const STATUSES = ['affected', 'unaffected', 'unknown'] as const;

/** Each statement about versions becomes a product of its own, with a key of its own. */
export function readProducts(node: JsonNode): ImportedProduct[] {
  return node
    .list(1)
    .flatMap(readProduct)
    .map((product, index) => ({ key: `P${index + 1}`, ...product }));
}

type Statement = Pick<ImportedProduct, 'versions' | 'status' | 'changes'>;

function readProduct(node: JsonNode): Omit<ImportedProduct, 'key'>[] {
  const product = node.object();
  const head = {
    ...readName(product, node.path),
    platforms: product.items('platforms').map((platform) => platform.text(1024)),
  };
  const statements = (product.maybe('versions')?.list(1) ?? []).map(readVersions);
  const others = product.maybe('defaultStatus');
  if (others !== null) {
    const status = statusOf(others);
    statements.push({ versions: { kind: 'others' }, status, changes: [] });
  }
  if (statements.length === 0) throw invalid(node.path, 'versions or defaultStatus', undefined);
  return statements.map((statement) => ({ ...head, ...statement }));
}

/** A package is named by its collection where no vendor is given. */
function readName(product: JsonObject, path: string): { vendor: string; name: string } {
  const vendor = product.maybe('vendor')?.text(512);
  const name = product.maybe('product')?.text(2048);
  if (vendor !== undefined && name !== undefined) return { vendor, name };
  const collection = product.maybe('collectionURL')?.text(2048);
  const packageName = product.maybe('packageName')?.text(2048);
  if (collection === undefined || packageName === undefined) {
    throw invalid(path, 'vendor and product, or collectionURL and packageName', undefined);
  }
  return { vendor: vendor ?? collection, name: name ?? packageName };
}

const MAX_VERSION = 1024;

function readVersions(node: JsonNode): Statement {
  const entry = node.object({
    required: ['version', 'status'],
    optional: ['versionType', 'lessThan', 'lessThanOrEqual', 'changes'],
  });
  const from = entry.get('version').text(MAX_VERSION);
  const status = statusOf(entry.get('status'));
  entry.maybe('versionType')?.text(128);
  const changes = entry.items('changes', 1).map(readChange);
  return { versions: readRange(entry, from, node.path), status, changes };
}

function readRange(entry: JsonObject, from: string, path: string): Versions {
  const below = entry.maybe('lessThan')?.text(MAX_VERSION);
  const upTo = entry.maybe('lessThanOrEqual')?.text(MAX_VERSION);
  const until = below ?? upTo;
  if (until === undefined) {
    if (entry.has('changes')) throw invalid(path, 'an upper limit beside changes', undefined);
    return { kind: 'exact', version: from };
  }
  if (below !== undefined && upTo !== undefined) {
    throw invalid(path, 'one of lessThan and lessThanOrEqual', 'both');
  }
  if (!entry.has('versionType')) throw invalid(`${path}.versionType`, 'a value', undefined);
  return { kind: 'range', from, until, untilIncluded: upTo !== undefined };
}

function readChange(node: JsonNode): { at: string; status: ProductStatus } {
  const change = node.object({ required: ['at', 'status'], optional: [] });
  return { at: change.get('at').text(MAX_VERSION), status: statusOf(change.get('status')) };
}

function statusOf(node: JsonNode): ProductStatus {
  const status = node.oneOf(STATUSES);
  return status === 'unaffected' ? 'not_affected' : status;
}
