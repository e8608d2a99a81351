import type { Instant } from '../../domain/instant.ts';
import { grantsOf, inForce, type UseFacts, type UseGrant } from './grant.ts';
import type { Audience, Term, UseSection } from './section.ts';

/** What somebody reports, or a matcher found, about a participant and an artifact it received. */
export type UseReport =
  /** Protections derived from the artifact went out. */
  | {
      readonly kind: 'protection';
      readonly report: string;
      readonly at: Instant;
      readonly to: Audience;
    }
  /** The fix went out, built or as source. */
  | {
      readonly kind: 'distribution';
      readonly report: string;
      readonly at: Instant;
      readonly form: 'binary' | 'source';
      readonly to: Audience;
    }
  /** The programme's text stands in a product, or in what advertises one. */
  | {
      readonly kind: 'text';
      readonly report: string;
      readonly at: Instant;
      readonly found: 'product' | 'marketing';
    };

/** What a breach is about. */
export type BreachCode =
  | 'PROTECTION_NOT_PERMITTED'
  | 'DISTRIBUTION_NOT_PERMITTED'
  | 'TEXT_IN_PRODUCT'
  | 'MARKETING';

/** A question to persons, opened by one report; what comes of it they decide. */
export type Breach = {
  readonly code: BreachCode;
  /** Id of the report that opens it. */
  readonly report: string;
  /** When what it is about happened. */
  readonly at: Instant;
};

/**
 * The breaches that reports about one participant and one artifact open: uses that were not in
 * force at their time, and terms that were not kept. What happened before the participant had a
 * copy does not come from it. Standing does not matter: what was received before a suspension may
 * be used as agreed.
 */
export function breaches(
  section: UseSection,
  facts: UseFacts,
  reports: readonly UseReport[],
): Breach[] {
  const { receivedAt } = facts;
  if (receivedAt === null) return [];
  const grants = grantsOf(section, facts);
  const since = reports.filter(({ at }) => at >= receivedAt);
  return since.flatMap((report) => {
    const code = breachOf(section, grants, report);
    return code === null ? [] : [{ code, report: report.report, at: report.at }];
  });
}

function breachOf(
  section: UseSection,
  grants: readonly UseGrant[],
  report: UseReport,
): BreachCode | null {
  switch (report.kind) {
    case 'protection':
      // [R45] At disclosure itself it is no breach any more.
      return inForce(grants, 'ship_detection', report.to, report.at)
        ? null
        : 'PROTECTION_NOT_PERMITTED';
    case 'distribution': {
      // [R47] Binaries and images count as the fix itself.
      const permission = report.form === 'source' ? 'distribute_source' : 'distribute_binary';
      const allowed = inForce(grants, permission, report.to, report.at);
      return allowed ? null : 'DISTRIBUTION_NOT_PERMITTED';
    }
    case 'text':
      return textBreach(section, report.found);
  }
}

const TERM_OF = { product: 'no_text_in_products', marketing: 'no_marketing' } as const satisfies {
  readonly [found: string]: Term;
};

function textBreach(section: UseSection, found: keyof typeof TERM_OF): BreachCode | null {
  if (!section.terms.has(TERM_OF[found])) return null;
  return found === 'product' ? 'TEXT_IN_PRODUCT' : 'MARKETING';
}
