import { type Instant, instant } from '../../domain/instant.ts';

/**
 * [R38] When a participant is told whose wave opens at `opensAt` and whose own policy keeps no
 * embargo longer than `maxEmbargoMs` (null: any): with its wave, or once no more than that is left.
 */
export function ownNoticeAt(
  opensAt: Instant,
  disclosureAt: Instant,
  maxEmbargoMs: number | null,
): Instant {
  if (maxEmbargoMs === null) return opensAt;
  return instant(Math.max(opensAt, disclosureAt - maxEmbargoMs));
}
