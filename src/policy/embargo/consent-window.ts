import type { Instant } from '../../domain/instant.ts';

/**
 * Whether answers are in when a wave opens. `CONSENT_AFTER_WAVE`: invitees could still answer at
 * `deadline` when the wave of `wave` has gone without them.
 */
export type ConsentWindow =
  | { readonly fits: true }
  | {
      readonly fits: false;
      readonly code: 'CONSENT_AFTER_WAVE';
      readonly wave: Instant;
      readonly deadline: Instant;
    };

/**
 * The planner's check of a wave for invited participants. At the deadline silence has become a
 * refusal, so a window that ends exactly when the wave opens fits.
 */
export function consentWindowFits(wave: Instant, deadline: Instant): ConsentWindow {
  if (deadline <= wave) return { fits: true };
  return { fits: false, code: 'CONSENT_AFTER_WAVE', wave, deadline };
}
