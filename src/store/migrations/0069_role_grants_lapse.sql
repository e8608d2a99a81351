-- A grant lapses with its proposer's access, as every other proposal does.
alter table role_grant
  drop constraint role_grant_outcome_check,
  add constraint role_grant_outcome_check check (outcome in ('confirmed', 'refused', 'lapsed')),
  drop constraint role_grant_check2,
  add check ((decider_id is null) = (outcome is null or outcome = 'lapsed'));
