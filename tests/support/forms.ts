import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { newId } from '../../src/crypto/random.ts';
import { DAY_MS, plus } from '../../src/domain/instant.ts';
import type { SecondPersonAct, Setting, VetoableAct } from '../../src/domain/second-person.ts';
import type { PersonCaller } from '../../src/programme/act.ts';
import { changeConsent } from '../../src/programme/alert/change-consent.ts';
import { proposeMove } from '../../src/programme/alert/move-disclosure.ts';
import { proposeAddition } from '../../src/programme/alert/propose-addition.ts';
import { proposeParticipant } from '../../src/programme/member/admit-participant.ts';
import { changeEnrolment, changeStanding } from '../../src/programme/member/change-participant.ts';
import { decideForm, proposeForm } from '../../src/programme/people/second-person.ts';
import { proposePolicy } from '../../src/programme/policy/change-policy.ts';
import { admit, enrolment, type House, readPack } from './house.ts';
import { smallAlert } from './small-alert.ts';

/** An artifact to add. */
export const NOTE = {
  kind: 'detection_guidance',
  variant: 'full',
  format: 'text',
  marking: 'none',
  name: 'note.txt',
  content: Buffer.from('One more thing.\n'),
  sidecar: null,
  reducedBy: null,
  sourcePublishedAt: null,
} as const;

/** Two persons choose another form for an act. */
export async function choose(house: House, act: SecondPersonAct, to: Setting): Promise<void> {
  const { context, author, approver, programme, clock } = house;
  const wanted = { act, ...to };
  const proposed = await proposeForm(context, author, programme, wanted, clock.now());
  const stated = { decision: 'confirm', digest: proposed.digest } as const;
  await decideForm(context, approver, proposed.change, stated, clock.now());
}

/** One act of each kind that a veto is for, proposed by one person; its id. */
export function proposals(house: House, solo: PersonCaller) {
  const { context, programme } = house;
  const now = () => house.clock.now();
  const begun = async () => {
    const small = await smallAlert(house);
    house.clock.set(small.firstWave);
    await house.cycle();
    return small;
  };
  const rest = {
    alert_change: async () => {
      const { alert } = await smallAlert(house);
      const participant = await admit(house, `Asked ${newId()}`, {
        tier: 'validate',
        consentMode: 'per_alert',
      });
      const change = { alert, participant, consent: 'signatory' } as const;
      return (await changeConsent(context, solo, change, now())).proposal?.proposal;
    },
    disclosure_change: async () => {
      const { alert, disclosureAt } = await begun();
      const to = plus(disclosureAt, DAY_MS);
      return (await proposeMove(context, solo, alert, to, now())).proposal;
    },
    late_artifact: async () => {
      const { alert } = await begun();
      return (await proposeAddition(context, solo, alert, NOTE, now())).addition;
    },
    admission: async () => {
      const input = { name: `New ${newId()}`, enrolment: enrolment({ tier: 'entry' }) };
      return (await proposeParticipant(context, solo, programme, input, now())).proposal.change;
    },
    member_facts: async () => {
      const firm = await admit(house, `Rises ${newId()}`, { tier: 'entry' });
      const stated = { ...enrolment({ tier: 'validate' }), profile: null };
      return (await changeEnrolment(context, solo, programme, firm, stated, now())).proposal
        ?.change;
    },
    removal: async () => {
      const firm = await admit(house, `Goes ${newId()}`, { tier: 'entry' });
      const change = { to: 'removed', reason: 'other' } as const;
      return (await changeStanding(context, solo, programme, firm, change, now())).step;
    },
    reinstatement: async () => {
      const firm = await admit(house, `Back ${newId()}`, { tier: 'entry' });
      const down = { to: 'suspended', reason: 'other' } as const;
      await changeStanding(context, solo, programme, firm, down, now());
      const up = { to: 'active', reason: 'reinstated' } as const;
      return (await changeStanding(context, solo, programme, firm, up, now())).step;
    },
    // Last: another policy is in force from then on.
    policy: async () => {
      const next = await readPack('mapp-2024');
      return (await proposePolicy(context, solo, programme, next, now())).proposal;
    },
  } satisfies Partial<Record<VetoableAct, () => Promise<string | null | undefined>>>;
  return rest;
}

/** Where each is kept. */
export const PROPOSED_IN = {
  alert_change: 'alert_change',
  disclosure_change: 'disclosure_proposal',
  late_artifact: 'addition',
  admission: 'member_change',
  member_facts: 'member_change',
  removal: 'standing_step',
  reinstatement: 'standing_step',
  policy: 'policy_proposal',
} as const;

/** How a proposal stands, as the database has it. */
export async function rowOf(house: House, act: keyof typeof PROPOSED_IN, id: string) {
  const { rows } = await house.context.store.issuer((tx) =>
    sql<{ row: Record<string, unknown> }>`select to_jsonb(t) - 'content_enc' as row
      from ${sql.table(PROPOSED_IN[act])} t where id = ${id}`.execute(tx),
  );
  const row = rows[0]?.row;
  assert.ok(row, act);
  return {
    decidedAt: row['decided_at'],
    by: row['approver_id'] ?? row['decider_id'] ?? null,
    how: row['outcome'] ?? row['ended'] ?? null,
  };
}
