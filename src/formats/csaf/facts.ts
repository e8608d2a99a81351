import type { Tlp } from '../../domain/artifact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ImportedVulnerability } from '../imported.ts';

/** What an issuer states about an alert: everything that the advisory in CSAF form says. */
export type AdvisoryFacts = {
  /** Tracking id, unique for the publisher; the file name follows from it. */
  readonly id: string;
  readonly title: string;
  readonly publisher: {
    readonly name: string;
    /** CSAF 2.0 §3.2.1.8.1. */
    readonly category: 'coordinator' | 'discoverer' | 'other' | 'translator' | 'user' | 'vendor';
    /** An address under the publisher's control. */
    readonly namespace: string;
  };
  readonly tlp: Tlp;
  /** `interim`: further changes are to be expected soon. */
  readonly status: 'interim' | 'final';
  /** At least one, oldest first; they are numbered from 1. */
  readonly revisions: readonly { readonly at: Instant; readonly summary: string }[];
  /** The description for the public. */
  readonly summary: string;
  readonly vulnerabilities: readonly ImportedVulnerability[];
};
