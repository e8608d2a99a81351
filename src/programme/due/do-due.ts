import type { ErrorCode } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { type Due, dueAt } from '../../store/due-reader.ts';
import { decideBySilence } from '../alert/early-waves.ts';
import { lapseInvitations } from '../alert/lapse-invitations.ts';
import { recordUnconfirmed } from '../alert/publish-now.ts';
import type { Context } from '../context.ts';
import { takeUpDue, warnDue } from '../member/reader-keys.ts';
import { releaseDue } from '../release/release-due.ts';
import { closeLapsed } from '../trace/open-mark-key.ts';
import { sealDue } from '../trace/seal-mark-keys.ts';
import { concludeAnnounced } from './conclude-announced.ts';

/** Batches released, and the codes of what kept announced acts from taking effect. */
export type Done = { readonly batches: number; readonly failed: readonly ErrorCode[] };

/**
 * Ends the invitations nobody answered, records acts that nobody confirmed, opens the waves that
 * nobody refused to bring forward, puts in force what nobody vetoed, and releases what is due at
 * `now`; then closes and seals mark keys whose time is over, takes up readers' new keys, and tells
 * of those that end soon. Most often there is nothing.
 * @throws as `concludeAnnounced`, `releaseDue`, `sealDue`.
 */
export async function doDue(context: Context, now: Instant): Promise<Done> {
  const due = await context.store.lookup((tx) => dueAt(tx, now));
  let batches = 0;
  let failed: Done['failed'] = [];
  if (due.unconfirmed) await recordUnconfirmed(context, now);
  // Silence first: at the very instant a wave opens, who has not answered has refused.
  if (due.invitations) await lapseInvitations(context, now);
  if (due.proposals) await decideBySilence(context, now);
  try {
    if (due.announced) ({ failed } = await concludeAnnounced(context, now));
  } finally {
    // What one person announced, and cannot be put in force, holds up nothing of anybody else's.
    batches = await releaseAndSeal(context, due, now);
  }
  return { batches, failed };
}

async function releaseAndSeal(context: Context, due: Due, now: Instant): Promise<number> {
  const opens = due.releases || due.invitations || due.proposals || due.announced;
  const batches = opens ? await releaseDue(context, now) : 0;
  if (due.halves) await closeLapsed(context, now);
  if (due.keys) await sealDue(context, now);
  if (due.rotations) await takeUpDue(context, now);
  if (due.endings) await warnDue(context, now);
  return batches;
}
