import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { actorOf, type PersonCaller, SYSTEM } from '../act.ts';

/** Who concludes what one person began: another one, or (null) the wait of what was announced. */
export type Concluder = { readonly person: PersonId | null; readonly actor: Actor };

/** Nobody vetoed it in time. The database takes that for what was announced, and then alone. */
export const THE_WAIT: Concluder = { person: null, actor: SYSTEM };

export function concludedBy(caller: PersonCaller): Concluder {
  return { person: caller.id, actor: actorOf(caller) };
}

/** @throws SECOND_PERSON for whoever began it. */
export function requireAnother({ person }: Concluder, proposer: PersonId, what: string): void {
  if (person !== proposer) return;
  throw new TocsinError('SECOND_PERSON', `${what}: expected a person who did not propose it`);
}
