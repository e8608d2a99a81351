import { type RawBuilder, sql } from 'kysely';
import type { AlertId, PersonId, ProgrammeId, SightingId } from '../domain/ids.ts';
import type { SecondPersonAct } from '../domain/second-person.ts';
import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';
import { lockToChange } from './locks.ts';
import type { SiteAct } from './passkey-store.ts';
import { programmes } from './programme-store.ts';

/** What lapsed: an id, and the programme it was of; null: of the installation. */
type Lapsed = { readonly id: string; readonly programme: ProgrammeId | null };
type Lapse = (person: PersonId, at: Date) => RawBuilder<Lapsed>;

/** What one person proposed alone and nobody has concluded, by where it is kept. */
const LAPSE_IN = {
  alert_approval: (person, at) => sql`update announced_act set outcome = 'lapsed', ended_at = ${at}
    where act = 'alert_approval' and proposer_id = ${person} and ended_at is null
    returning id, programme_id as programme`,
  alert_change: (person, at) => sql`update alert_change p set ended = 'lapsed', decided_at = ${at}
    from alert a where a.id = p.alert_id and p.proposer_id = ${person} and p.decided_at is null
    returning p.id, a.programme_id as programme`,
  disclosure_change: (person, at) => sql`update disclosure_proposal p
    set ended = 'lapsed', decided_at = ${at}
    from alert a where a.id = p.alert_id and p.proposer_id = ${person} and p.decided_at is null
    returning p.id, a.programme_id as programme`,
  late_artifact: (person, at) => sql`update addition p set ended = 'lapsed', decided_at = ${at}
    from alert a where a.id = p.alert_id and p.proposer_id = ${person} and p.decided_at is null
    returning p.id, a.programme_id as programme`,
  policy: (person, at) => sql`update policy_proposal set ended = 'lapsed', decided_at = ${at}
    where proposer_id = ${person} and decided_at is null returning id, programme_id as programme`,
  member_change: (person, at) => sql`update member_change
    set outcome = 'lapsed', decided_at = ${at}
    where proposer_id = ${person} and decided_at is null returning id, programme_id as programme`,
  standing: (person, at) => sql`with lapsed as (
      update standing_step set outcome = 'lapsed', decided_at = ${at}
        where person_id = ${person} and form = 'two_persons' and decided_at is null
        returning id, programme_id as programme),
    closed as (update standing_hearing set closed_at = ${at}
      where step_id in (select id from lapsed))
    select id, programme from lapsed`,
  forms: (person, at) => sql`update second_person_change
    set outcome = 'lapsed', decided_at = ${at}
    where proposer_id = ${person} and decided_at is null returning id, programme_id as programme`,
  recovery: (person, at) => sql`update recovery set outcome = 'lapsed', decided_at = ${at}
    where proposer_id = ${person} and decided_at is null returning id, null as programme`,
  role_grant: (person, at) => sql`update role_grant set outcome = 'lapsed', decided_at = ${at}
    where proposer_id = ${person} and decided_at is null returning id, null as programme`,
  mark_key: (person, at) => sql`update custody set lapsed_at = ${at}
    where first_person = ${person} and accepted_at is null and lapsed_at is null
    returning id, programme_id as programme`,
  platform: (person) => sql`update platform_incident set cleared_by = null
    where cleared_by = ${person} and cleared_at is null returning id, programme_id as programme`,
} as const satisfies Record<string, Lapse>;

/** Where proposals of an act are kept; null: there is none that could lapse. */
const LAPSES: Readonly<Record<SecondPersonAct, keyof typeof LAPSE_IN | null>> = {
  alert_approval: 'alert_approval',
  alert_change: 'alert_change',
  disclosure_change: 'disclosure_change',
  late_artifact: 'late_artifact',
  policy: 'policy',
  admission: 'member_change',
  import: 'member_change',
  member_facts: 'member_change',
  terms: 'member_change',
  register: 'member_change',
  reinstatement: 'standing',
  removal: 'standing',
  forms: 'forms',
  recovery: 'recovery',
  role_grant: 'role_grant',
  mark_key: 'mark_key',
  platform: 'platform',
  // In force from the first person on: what another confirms is no proposal.
  standing_down: null,
  publication: null,
  // A sample stays, and what its trace said: another looks at them, whoever brought them.
  trace: null,
  trace_report: null,
  // The first word for a time is taken back too, but before any programme: see below.
  clock: null,
};

/**
 * A proposal does not outlive its proposer's access: all that this person alone had proposed
 * lapses, in the transaction that ends or narrows the access. The caller holds `lockRoles`.
 */
export async function lapseProposals(
  tx: Tx,
  { actor, at }: SiteAct,
  person: PersonId,
): Promise<void> {
  // As who confirms the time does: this row before any programme.
  await sql`update clock_mark set first_confirmation = null, confirmed_at = null
    where first_confirmation = ${person}`.execute(tx);
  // Whoever concludes one of them has the lock of its programme before any row.
  for (const { id } of await programmes(tx)) await lockToChange(tx, id);
  for (const act of new Set(Object.values(LAPSES))) {
    if (act === null) continue;
    const { rows } = await LAPSE_IN[act](person, new Date(at)).execute(tx);
    for (const { id: proposal, programme } of rows) {
      const data = { proposal, act };
      await recordEvent(tx, { type: 'proposal_lapsed', at, programme, actor, data });
    }
  }
  const closed = await sql<{ alert: AlertId; sighting: SightingId; programme: ProgrammeId }>`
    delete from brought_half h using alert a
    where a.id = h.alert_id and h.person_id = ${person} and not exists (
      select 1 from brought_half o
      where o.alert_id = h.alert_id and o.sighting_id = h.sighting_id and o.nth <> h.nth)
    returning h.alert_id as alert, h.sighting_id as sighting, a.programme_id as programme`.execute(
    tx,
  );
  for (const { programme, ...data } of closed.rows) {
    await recordEvent(tx, { type: 'mark_key_closed', at, programme, actor, data });
  }
}
