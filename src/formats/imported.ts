import type { Tlp } from '../domain/artifact.ts';
import type { Instant } from '../domain/instant.ts';
import type { CvssVersion } from './cvss-vector.ts';

/** What a document says of a product: the statuses of CSAF and of CVE in one set of words. */
export type ProductStatus =
  | 'affected'
  | 'fixed'
  | 'not_affected'
  | 'under_investigation'
  | 'recommended'
  | 'unknown';

/** Which versions of a product a statement is about. Comparing versions is not attempted here. */
export type Versions =
  | { readonly kind: 'exact'; readonly version: string }
  | {
      readonly kind: 'range';
      readonly from: string;
      readonly until: string;
      readonly untilIncluded: boolean;
    }
  /** A range as its author wrote it, in a notation that is not taken apart. */
  | { readonly kind: 'expression'; readonly text: string }
  /** Every version about which nothing else is said. */
  | { readonly kind: 'others' };

export type ImportedProduct = {
  /** Unique within the document; scores refer to it. CSAF's product id where there is one. */
  readonly key: string;
  readonly vendor: string | null;
  readonly name: string;
  readonly platforms: readonly string[];
  readonly versions: Versions;
  readonly status: ProductStatus;
  /** Later statuses inside a range, in the document's order (CVE `changes`). */
  readonly changes: readonly { readonly at: string; readonly status: ProductStatus }[];
};

export type ImportedScore = {
  readonly version: CvssVersion;
  readonly vector: string;
  /** 0 to 10. */
  readonly baseScore: number;
  /** Keys of the products scored; empty: all. */
  readonly products: readonly string[];
};

export type ImportedReference = { readonly url: string; readonly summary: string | null };

/** One vulnerability as its own document describes it, from CSAF 2.0 or CVE JSON 5. */
export type ImportedVulnerability = {
  readonly cve: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly weaknesses: readonly { readonly id: string; readonly name: string | null }[];
  readonly scores: readonly ImportedScore[];
  readonly products: readonly ImportedProduct[];
  readonly references: readonly ImportedReference[];
  /** When the vulnerability became public, where the document says so. */
  readonly publicAt: Instant | null;
  /** What third parties added to a CVE record: kept apart, never mixed into the facts above. */
  readonly thirdParty: readonly ThirdPartyContainer[];
};

export type ThirdPartyContainer = {
  readonly provider: string;
  readonly updatedAt: Instant | null;
  readonly scores: readonly ImportedScore[];
  readonly references: readonly ImportedReference[];
};

/** Something that does not keep a document from being imported, and that its author should see. */
export type ImportWarning = {
  /** The test of the standard, `6.1.11`; or `reference` for a link that was not taken over. */
  readonly test: string;
  readonly field: string;
  readonly message: string;
};

export type ImportedDocument = {
  readonly format: 'csaf-2.0' | 'cve-5';
  /** CSAF tracking id or CVE id. */
  readonly id: string;
  readonly title: string | null;
  readonly publisher: string | null;
  readonly tlp: Tlp | null;
  /** First publication of the document: the date that a release of it verbatim may not precede. */
  readonly publishedAt: Instant | null;
  readonly updatedAt: Instant | null;
  readonly vulnerabilities: readonly ImportedVulnerability[];
  readonly warnings: readonly ImportWarning[];
};
