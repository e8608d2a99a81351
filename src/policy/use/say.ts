import type { Instant } from '../../domain/instant.ts';
import { inForce, type UseGrant } from './grant.ts';
import type { SafeField } from './section.ts';

/** The facts of an alert that may ever be said; a caller has no place to hand in any other. */
export type SayableFacts = { readonly id: string; readonly disclosureAt: Instant };

/** What a participant may say to anybody. */
export type SafeToSay = {
  readonly fields: readonly SafeField[];
  /** In English; null: nothing, not even that there is an alert. */
  readonly text: string | null;
};

/**
 * [R44] The statement that a participant may make at `now`, out of the fields that its grants let
 * it say and of nothing else.
 */
export function safeToSay(
  alert: SayableFacts,
  grants: readonly UseGrant[],
  now: Instant,
): SafeToSay {
  const open = grants.filter(
    (grant) => inForce([grant], 'announce_existence', 'anyone', now) && grant.fields.length > 0,
  );
  const fields = [...new Set(open.flatMap((grant) => grant.fields))];
  return { fields, text: fields.includes('existence') ? statement(alert, fields, now) : null };
}

function statement(alert: SayableFacts, fields: readonly SafeField[], now: Instant): string {
  const name = fields.includes('id') ? ` ${alert.id}` : '';
  const known = `We have been told of a vulnerability alert${name} before its publication.`;
  if (!fields.includes('T0')) return known;
  const at = utcMinute(alert.disclosureAt);
  return now < alert.disclosureAt
    ? `${known} It will be published on ${at}.`
    : `${known} It was published on ${at}.`;
}

/** `8 July 2025 at 17:00 UTC`. */
function utcMinute(at: Instant): string {
  const date = new Date(at);
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date);
  return `${day} at ${date.toISOString().slice(11, 16)} UTC`;
}
