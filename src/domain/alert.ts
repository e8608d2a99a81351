import type { ArtifactKind, Format, Marking, Variant } from './artifact.ts';
import type { AlertId, ArtifactId } from './ids.ts';
import type { Instant } from './instant.ts';

/**
 * `draft` may change; `approved` is bound to a plan digest and released by the clock; `closed` has
 * passed disclosure and every wave. Any change of a draft's content voids an approval.
 */
export const ALERT_STATES = ['draft', 'approved', 'closed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/**
 * `live`: in earnest. `drill`: participants take part, and are told that it is one; nothing becomes
 * public. `rehearsal`: among the issuer's own people; nobody else ever learns of it.
 */
export const ALERT_MODES = ['live', 'drill', 'rehearsal'] as const;
export type AlertMode = (typeof ALERT_MODES)[number];

/** One artifact of an alert, without its bytes. */
export type ArtifactHead = {
  readonly id: ArtifactId;
  readonly alert: AlertId;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly name: string;
  readonly marking: Marking;
  readonly version: number;
  /** For a full artifact: the reduced variant handed out when policy answers `allow_reduced`. */
  readonly reducedBy: ArtifactId | null;
  /** The artifact of the alert whose place it takes; null: none. */
  readonly revises: ArtifactId | null;
  /** When the source was published, for an artifact taken over verbatim; null for our own. */
  readonly sourcePublishedAt: Instant | null;
};
