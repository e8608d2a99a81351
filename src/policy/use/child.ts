import type { UsePermission } from '../../domain/artifact.ts';
import type { AlertId, DeliveryId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { covers, type UseGrant } from './grant.ts';

/** The restrictions of an embargo, as far as one that is derived from it inherits them. */
export type Restrictions = {
  readonly disclosureAt: Instant;
  readonly grants: readonly UseGrant[];
};

/** Where a derived embargo is laxer than the one it comes from. */
export type ChildFault =
  | { readonly code: 'BEFORE_PARENT'; readonly permission: null; readonly earliest: Instant }
  | { readonly code: 'BEYOND_PARENT'; readonly permission: UsePermission; readonly earliest: null };

/**
 * [R49] What keeps a derived embargo from being saved; empty: nothing. It ends no earlier than its
 * parent, and permits nothing that the parent does not permit for that time, that audience, on
 * terms no looser and with nothing more to say.
 */
export function childFaults(parent: Restrictions, child: Restrictions): ChildFault[] {
  const early: ChildFault[] =
    child.disclosureAt >= parent.disclosureAt
      ? []
      : [{ code: 'BEFORE_PARENT', permission: null, earliest: parent.disclosureAt }];
  const beyond = child.grants.filter((grant) => !parent.grants.some((from) => within(grant, from)));
  return [
    ...early,
    ...beyond.map(({ permission }) => ({
      code: 'BEYOND_PARENT' as const,
      permission,
      earliest: null,
    })),
  ];
}

function within(child: UseGrant, parent: UseGrant): boolean {
  const ends = parent.until === null || (child.until !== null && child.until <= parent.until);
  return (
    child.permission === parent.permission &&
    covers(parent.audience, child.audience) &&
    child.from >= parent.from &&
    ends &&
    parent.terms.every((term) => child.terms.includes(term)) &&
    child.fields.every((field) => parent.fields.includes(field))
  );
}

/** An embargo that a participant of another one, its host, leads for its own participants. */
export type Child = {
  readonly alert: AlertId;
  readonly parent: AlertId;
  readonly host: ParticipantId;
  readonly copies: readonly {
    readonly delivery: DeliveryId;
    readonly participant: ParticipantId;
  }[];
};

/** The parent demands that a participant is out of the embargo of an alert. */
export type Removal = { readonly alert: AlertId; readonly participant: ParticipantId };

/**
 * [R49] The copies that a removal revokes below the alert: those of the participant removed, and,
 * where it is the host of an embargo, all of that one and of those derived from it in turn.
 */
export function revokedBelow(removal: Removal, children: readonly Child[]): DeliveryId[] {
  const revoked = new Set<DeliveryId>();
  const seen = new Set<Child>();
  const walk = (alert: AlertId, whole: boolean) => {
    for (const child of children.filter((each) => each.parent === alert && !seen.has(each))) {
      seen.add(child);
      const all = whole || child.host === removal.participant;
      for (const { delivery, participant } of child.copies) {
        if (all || participant === removal.participant) revoked.add(delivery);
      }
      walk(child.alert, all);
    }
  };
  walk(removal.alert, false);
  return [...revoked];
}
