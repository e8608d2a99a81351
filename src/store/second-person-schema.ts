import type { Generated } from 'kysely';
import type { At, AtOrNull } from './column-types.ts';

/** The tables of the second person's forms, by name. */
export type SecondPersonTables = {
  second_person_change: {
    id: string;
    programme_id: string;
    act: string;
    form: string;
    hours: number | null;
    digest: string;
    proposer_id: string;
    at: At;
    decider_id: string | null;
    outcome: string | null;
    decided_at: AtOrNull;
    nth: Generated<number | null>;
  };
  proposal_names: {
    proposal_id: string;
    participant_id: string;
  };
  announced_act: {
    id: string;
    programme_id: string;
    act: string;
    form: string;
    chosen_by: string;
    subject_id: string;
    digest: string;
    proposer_id: string;
    at: At;
    takes_effect_at: At;
    vetoed_by: string | null;
    outcome: string | null;
    ended_at: AtOrNull;
  };
};
