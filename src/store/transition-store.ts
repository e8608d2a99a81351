import type { MemberChangeId, ParticipantId } from '../domain/ids.ts';
import type { Transition } from '../domain/transition.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';
import { tellCut } from './tell-cut.ts';

/** The caller holds the exclusive release lock, and decides again. `change` was confirmed. */
export async function putTransition(
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  change: MemberChangeId,
  transition: Transition,
): Promise<void> {
  await store(tx, act, participant, JSON.stringify(transition));
  const { expiresAt } = transition;
  for (const fact of transition.accepts) {
    const data = { participant, change, fact, expiresAt };
    await recordEvent(tx, { type: 'transition_granted', ...act, data });
  }
}

/** What rested on it is shut, and cut off where it is on its way, at the commit. */
export async function endTransition(tx: Tx, act: Act, participant: ParticipantId): Promise<void> {
  await store(tx, act, participant, null);
  await recordEvent(tx, { type: 'transition_ended', ...act, data: { participant } });
  await tellCut(tx, participant);
}

async function store(
  tx: Tx,
  act: Act,
  participant: ParticipantId,
  transition: string | null,
): Promise<void> {
  await tx
    .updateTable('enrolment')
    .set((row) => ({ transition, version: row('version', '+', 1) }))
    .where('programme_id', '=', act.programme)
    .where('participant_id', '=', participant)
    .execute();
}
