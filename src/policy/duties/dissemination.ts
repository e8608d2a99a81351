import type { Instant } from '../../domain/instant.ts';

/** A time from `since` (inclusive) until `clearedAt` (exclusive); null: until it is cleared. */
export type Doubt = { readonly since: Instant; readonly clearedAt: Instant | null };

/** What speaks against passing a notification on to CSIRTs. */
export type DisseminationDoubts = {
  /** CSIRTs whose confidentiality is in doubt, by the name that the issuer's directory has. */
  readonly csirts: readonly (Doubt & { readonly csirt: string })[];
  /** Times at which the reporting platform is compromised. */
  readonly platform: readonly Doubt[];
};

/** Why a notification is not passed on yet, and since when. It is held until that is cleared. */
export type DisseminationHold = {
  readonly code: 'PLATFORM_COMPROMISED' | 'RECIPIENT_IN_DOUBT';
  readonly since: Instant;
};

/**
 * Whether what was notified under CRA Art. 14 is withheld from one CSIRT at `now`: for all while
 * the platform is compromised (Regulation (EU) 2026/881 Art. 5), for one while its confidentiality
 * is in doubt (Art. 4). Null: it may be passed on. [R67]
 */
export function disseminationHold(
  doubts: DisseminationDoubts,
  csirt: string,
  now: Instant,
): DisseminationHold | null {
  const platform = doubts.platform.find((doubt) => lasts(doubt, now));
  if (platform !== undefined) return { code: 'PLATFORM_COMPROMISED', since: platform.since };
  const own = doubts.csirts.find((doubt) => doubt.csirt === csirt && lasts(doubt, now));
  return own === undefined ? null : { code: 'RECIPIENT_IN_DOUBT', since: own.since };
}

function lasts({ since, clearedAt }: Doubt, now: Instant): boolean {
  return since <= now && (clearedAt === null || now < clearedAt);
}
