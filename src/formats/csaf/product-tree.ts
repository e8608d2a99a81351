import type { ImportedProduct, Versions } from '../imported.ts';
import type { JsonNode, JsonObject } from '../json-node.ts';

/** A product as the tree defines it; what is said about it stands in the vulnerabilities. */
export type TreeProduct = Pick<ImportedProduct, 'vendor' | 'name' | 'platforms' | 'versions'>;

/** What the branches from the root to a product say (CSAF 2.0 §3.1.2.2: category and name). */
type Trail = ReadonlyMap<string, string>;

const MAX_NAME = 16_384;

/** All products by id: from branches, from the flat list, and from relationships. */
export function readProductTree(node: JsonNode | null): ReadonlyMap<string, TreeProduct> {
  const products = new Map<string, TreeProduct>();
  if (node === null) return products;
  const tree = node.object();
  for (const branch of tree.items('branches')) readBranch(branch, new Map(), products);
  for (const named of tree.items('full_product_names')) readNamed(named, new Map(), products);
  for (const relationship of tree.items('relationships')) {
    readNamed(relationship.object().get('full_product_name'), new Map(), products);
  }
  return products;
}

function readBranch(node: JsonNode, above: Trail, products: Map<string, TreeProduct>): void {
  const branch = node.object();
  const category = branch.get('category').text(64);
  const trail = new Map([...above, [category, branch.get('name').text(MAX_NAME)]]);
  const product = branch.maybe('product');
  if (product !== null) readNamed(product, trail, products);
  for (const below of branch.items('branches')) readBranch(below, trail, products);
}

function readNamed(node: JsonNode, trail: Trail, products: Map<string, TreeProduct>): void {
  const named = node.object();
  const id = named.get('product_id').text(MAX_NAME);
  // The same id twice fails mandatory test 6.1.2, which warns; the first definition counts.
  if (!products.has(id)) products.set(id, product(named, trail));
}

function product(named: JsonObject, trail: Trail): TreeProduct {
  const platform = trail.get('architecture');
  return {
    vendor: trail.get('vendor') ?? null,
    name: trail.get('product_name') ?? named.get('name').text(MAX_NAME),
    platforms: platform === undefined ? [] : [platform],
    versions: versions(trail),
  };
}

/** The wording with which `render` states what a CVE record calls its default status. */
export const OTHER_VERSIONS = 'versions not otherwise listed';

function versions(trail: Trail): Versions {
  const version = trail.get('product_version');
  if (version !== undefined) return { kind: 'exact', version };
  const text = trail.get('product_version_range');
  if (text === undefined || text === OTHER_VERSIONS) return { kind: 'others' };
  return parseVersRange(text) ?? { kind: 'expression', text };
}

const VERS_RANGE = /^vers:[a-z0-9.+-]+\/>=([^|<>=!*,]+)\|(<=?)([^|<>=!*,]+)$/;

/** A vers range of one lower and one upper bound; anything richer stays as written. */
function parseVersRange(text: string): Versions | null {
  const [, from, comparison, until] = VERS_RANGE.exec(text) ?? [];
  if (from === undefined || until === undefined) return null;
  const decoded = [decode(from), decode(until)];
  const [lower, upper] = decoded;
  if (lower == null || upper == null) return null;
  return { kind: 'range', from: lower, until: upper, untilIncluded: comparison === '<=' };
}

/** vers percent-encodes what has a meaning in it; a malformed escape is left as written. */
function decode(version: string): string | null {
  try {
    return decodeURIComponent(version);
  } catch {
    return null;
  }
}
