import type { AlertId, EventId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { DutyRules } from './rules.ts';

/** A breach that persons have confirmed; what is only suspected, or was overturned, is none. */
export type Breach = {
  readonly event: EventId;
  readonly participant: ParticipantId;
  readonly alert: AlertId;
  readonly confirmedAt: Instant;
  /** The participant reported it before the issuer found out. */
  readonly lenient: boolean;
};

/**
 * What a confirmed breach asks for. `remove`: the standing becomes `removed` in every programme and
 * for every alert, open or future. `tell_signatories`: all of that alert learn of it.
 * `propose_removal`: persons decide, with these breaches before them.
 */
export type BreachEffect =
  | {
      readonly do: 'remove';
      readonly participant: ParticipantId;
      readonly programmes: 'all';
      readonly at: Instant;
    }
  | {
      readonly do: 'tell_signatories';
      readonly alert: AlertId;
      readonly participant: ParticipantId;
    }
  | {
      readonly do: 'propose_removal';
      readonly participant: ParticipantId;
      readonly breaches: readonly Breach[];
    };

/**
 * What follows from a breach, given what was confirmed before. A programme either removes at the
 * first (Linux hardware security) [R60] or brings a removal up when breaches repeat within its
 * window (Kubernetes, Envoy, Istio) [R61]. A breach counts until the window has passed, exclusive.
 */
export function onBreach(
  rules: DutyRules,
  earlier: readonly Breach[],
  breach: Breach,
): BreachEffect[] {
  const { participant, alert, confirmedAt } = breach;
  if (rules.firstBreach === 'remove_everywhere') {
    return [
      { do: 'remove', participant, programmes: 'all', at: confirmedAt },
      { do: 'tell_signatories', alert, participant },
    ];
  }
  if (rules.repeatedBreach === null) return [];
  const { count, withinMs } = rules.repeatedBreach;
  const counted = earlier.filter(
    (each) =>
      each.participant === participant &&
      each.event !== breach.event &&
      each.confirmedAt <= confirmedAt &&
      confirmedAt - each.confirmedAt < withinMs,
  );
  const breaches = [...counted, breach];
  return breaches.length < count ? [] : [{ do: 'propose_removal', participant, breaches }];
}
