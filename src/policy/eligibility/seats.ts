import type { Role } from '../../domain/enrolment.ts';
import type { Roll } from './application.ts';
import { type EligibilitySection, SEATED } from './section.ts';

/** A class without a free seat, and the applicant's place in its waiting list, from 1. */
export type Wait = { readonly role: Role; readonly place: number };

type Turn = Roll['waiting'][number];

/**
 * [R25] The classes in which an applicant has to wait. Whoever has several roles takes a seat in
 * each limited class. Those who wait longer come first, also when a seat has become free.
 */
export function waits(section: EligibilitySection, applicant: Turn, roll: Roll): Wait[] {
  return applicant.roles.flatMap((role) => {
    const seats = section.seats.get(role) ?? null;
    if (seats === null) return [];
    const taken = roll.members.filter(
      (each) =>
        SEATED.includes(each.standing) &&
        each.roles.includes(role) &&
        each.participant !== applicant.applicant,
    ).length;
    const ahead = roll.waiting.filter(
      (each) => each.roles.includes(role) && comesBefore(each, applicant),
    ).length;
    return taken + ahead < seats ? [] : [{ role, place: ahead + 1 }];
  });
}

function comesBefore(one: Turn, other: Turn): boolean {
  if (one.applicant === other.applicant) return false;
  return one.since < other.since || (one.since === other.since && one.applicant < other.applicant);
}
