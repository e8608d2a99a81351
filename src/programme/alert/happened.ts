import { invalid, TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  DATE_FIELDS,
  EVENT_FIELDS,
  type HappeningKind,
  isAlertEvent,
} from '../../domain/vulnerability.ts';
import type { AlertHead } from './alert-head.ts';

/** Something that happened, to an alert's vulnerability or on the way to its disclosure. */
export type Happened = { readonly kind: HappeningKind; readonly at: Instant };

/**
 * The head with what happened. @throws INVALID_INPUT for what is still to come; CONFLICT when it is
 * known to have happened as early.
 */
export function withHappened(head: AlertHead, { kind, at }: Happened, now: Instant): AlertHead {
  if (at > now) throw invalid('at', 'an instant that has come', 'one to come');
  const { facts, dates } = head;
  const known = isAlertEvent(kind) ? facts.events[EVENT_FIELDS[kind]] : dates[DATE_FIELDS[kind]];
  if (known !== null && known <= at) {
    throw new TocsinError('CONFLICT', `event: expected ${kind} not to be known as early`);
  }
  return isAlertEvent(kind)
    ? { ...head, facts: { ...facts, events: { ...facts.events, [EVENT_FIELDS[kind]]: at } } }
    : { ...head, dates: { ...dates, [DATE_FIELDS[kind]]: at } };
}

/** The head for another T0: list and public were told the one before, which tells them nothing. */
export function forOtherDate(head: AlertHead): AlertHead {
  return { ...head, dates: { ...head.dates, finalTextAt: null, preAnnouncedAt: null } };
}
