-- The ladder of standings. A step down is in force at once and waits to be confirmed; any other one
-- is a proposal until a second person puts it in force. What it rests on is encrypted.
create table standing_step (
  id uuid primary key,
  programme_id uuid not null references programme,
  participant_id uuid not null references participant,
  from_standing text not null,
  to_standing text not null,
  form text not null check (form in ('one_then_confirm', 'two_persons')),
  reason text not null,
  evidence_enc bytea,
  person_id uuid not null references person,
  at timestamptz(3) not null,
  effective_at timestamptz(3),
  confirm_by timestamptz(3),
  overdue_at timestamptz(3),
  decider_id uuid references person,
  outcome text check (outcome in ('confirmed', 'refused', 'superseded')),
  decided_at timestamptz(3),
  serial bigint generated always as identity,
  check ((outcome is null) = (decided_at is null)),
  check ((decider_id is null) = (outcome is null or outcome = 'superseded')),
  -- Nobody confirms a step of their own, nor undoes one; a proposal may be taken back.
  check (decider_id <> person_id or (outcome = 'refused' and form = 'two_persons')),
  check ((confirm_by is null) = (form = 'two_persons')),
  check (form = 'two_persons' or effective_at is not null),
  check (form = 'one_then_confirm' or (effective_at is not null) = (outcome is not distinct from
    'confirmed'))
);
create index standing_step_of on standing_step (programme_id, participant_id, serial);
create unique index standing_step_proposed on standing_step (programme_id, participant_id)
  where form = 'two_persons' and decided_at is null;
create index standing_step_unconfirmed on standing_step (confirm_by)
  where confirm_by is not null and decided_at is null and overdue_at is null;
alter table standing_step enable row level security;
alter table standing_step force row level security;
grant select, insert on standing_step to tocsin_issuer;
grant update (effective_at, overdue_at, decider_id, outcome, decided_at) on standing_step
  to tocsin_issuer;
create policy issuer on standing_step to tocsin_issuer using (true) with check (true);
-- Its participant knows what is in force, and neither persons nor evidence.
grant select (id, participant_id, from_standing, to_standing, reason, effective_at, decided_at,
  outcome, serial) on standing_step to tocsin_participant;
create policy own on standing_step for select to tocsin_participant
  using (participant_id = tocsin_participant_id() and effective_at is not null);

-- What a participant has to say against a step, once; decided by somebody who made none of them.
create table standing_appeal (
  step_id uuid primary key references standing_step,
  participant_id uuid not null references participant,
  reader_id uuid not null references reader,
  text_enc bytea not null,
  at timestamptz(3) not null,
  decider_id uuid references person,
  outcome text check (outcome in ('granted', 'dismissed')),
  decided_at timestamptz(3),
  check ((outcome is null) = (decided_at is null)),
  check ((outcome is null) = (decider_id is null))
);
alter table standing_appeal enable row level security;
alter table standing_appeal force row level security;
grant select, insert on standing_appeal to tocsin_issuer;
grant update (decider_id, outcome, decided_at) on standing_appeal to tocsin_issuer;
create policy issuer on standing_appeal to tocsin_issuer using (true) with check (true);
grant select (step_id, participant_id, at, outcome, decided_at) on standing_appeal
  to tocsin_participant;
create policy own on standing_appeal for select to tocsin_participant
  using (participant_id = tocsin_participant_id());

-- A notice is of an alert, of an invitation, or of the participant's own standing.
alter table notice drop constraint notice_check;
alter table notice add constraint notice_check check (
  (alert_id is not null)::int + (invitation_id is not null)::int
    = case when kind in ('standing_changed', 'appeal_decided') then 0 else 1 end);
