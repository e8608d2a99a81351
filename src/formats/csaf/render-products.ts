import { TocsinError } from '../../domain/errors.ts';
import type { ImportedProduct, ImportedVulnerability, Versions } from '../imported.ts';
import { OTHER_VERSIONS } from './product-tree.ts';

type Branch = {
  readonly category: string;
  readonly name: string;
  readonly branches?: Branch[];
  readonly product?: { readonly name: string; readonly product_id: string };
};

type RenderedProducts = {
  readonly tree: { readonly branches: readonly Branch[] };
  /** The product ids of one vulnerability: what its own keys are called in the tree. */
  idsOf(vulnerability: number): ReadonlyMap<string, string>;
};

/**
 * One tree for all vulnerabilities of a document: vendor, name, platform, version. The same
 * versions of the same product are one product there, however many vulnerabilities name them.
 */
export function buildProducts(vulnerabilities: readonly ImportedVulnerability[]): RenderedProducts {
  const branches: Branch[] = [];
  const idByTrail = new Map<string, string>();
  const ids = vulnerabilities.map((vulnerability) => {
    const own = new Map<string, string>();
    for (const product of vulnerability.products) own.set(product.key, place(product));
    return own;
  });

  function place(product: ImportedProduct): string {
    const trail = trailOf(product);
    const key = JSON.stringify(trail);
    const known = idByTrail.get(key);
    if (known !== undefined) return known;
    const id = `TOCSIN-${String(idByTrail.size + 1).padStart(4, '0')}`;
    idByTrail.set(key, id);
    grow(branches, trail, { name: fullName(product), product_id: id });
    return id;
  }

  return {
    tree: { branches },
    idsOf(vulnerability) {
      const own = ids[vulnerability];
      if (own === undefined) throw new TocsinError('INTERNAL', 'no such vulnerability');
      return own;
    },
  };
}

type Step = readonly [category: string, name: string];

function trailOf(product: ImportedProduct): Step[] {
  const vendor: Step[] = product.vendor === null ? [] : [['vendor', product.vendor]];
  const platform: Step[] =
    product.platforms.length === 0 ? [] : [['architecture', product.platforms.join(', ')]];
  return [...vendor, ['product_name', product.name], ...platform, versionStep(product.versions)];
}

/** How a CVE record writes a range without an end. */
export const UNBOUNDED = '*';

/** What a version may not contain, because it makes a range of it (CSAF 2.0 §6.1.31). */
const RANGE_MARKS = /[<>]|\b(?:after|all|before|earlier|later|prior|versions)\b/i;

function versionStep(versions: Versions): Step {
  switch (versions.kind) {
    case 'exact': {
      const ranged = RANGE_MARKS.test(versions.version);
      return [ranged ? 'product_version_range' : 'product_version', versions.version];
    }
    case 'range': {
      const lower = `vers:generic/>=${encode(versions.from)}`;
      if (versions.until === UNBOUNDED) return ['product_version_range', lower];
      const comparison = versions.untilIncluded ? '<=' : '<';
      return ['product_version_range', `${lower}|${comparison}${encode(versions.until)}`];
    }
    case 'expression':
      return ['product_version_range', versions.text];
    case 'others':
      return ['product_version_range', OTHER_VERSIONS];
  }
}

/** Percent-encoding of a version in a vers range, so that no character of it reads as syntax. */
function encode(version: string): string {
  const percent = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(version).replace(/[!'()*]/g, percent);
}

function fullName(product: ImportedProduct): string {
  const vendor = product.vendor ?? '';
  const named = product.name.startsWith(vendor) ? product.name : `${vendor} ${product.name}`;
  const platforms = product.platforms.length === 0 ? '' : ` (${product.platforms.join(', ')})`;
  return `${named} ${wording(product.versions)}${platforms}`;
}

function wording(versions: Versions): string {
  switch (versions.kind) {
    case 'exact':
      return versions.version;
    case 'range': {
      if (versions.until === UNBOUNDED) return `from ${versions.from}`;
      const end = versions.untilIncluded ? 'up to' : 'before';
      return `from ${versions.from} ${end} ${versions.until}`;
    }
    case 'expression':
      return versions.text;
    case 'others':
      return OTHER_VERSIONS;
  }
}

function grow(branches: Branch[], trail: readonly Step[], product: Branch['product']): void {
  const [step, ...rest] = trail;
  if (step === undefined || product === undefined) return;
  const [category, name] = step;
  if (rest.length === 0) {
    branches.push({ category, name, product });
    return;
  }
  const same = branches.find((branch) => branch.category === category && branch.name === name);
  const below = same?.branches ?? [];
  if (same?.branches === undefined) branches.push({ category, name, branches: below });
  grow(below, rest, product);
}
