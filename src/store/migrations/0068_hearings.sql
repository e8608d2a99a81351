-- A participant is heard before a step that two persons are to take: it is told what is proposed
-- and why, and has until an instant to say what it has to say, once.
create table standing_hearing (
  step_id uuid primary key references standing_step,
  participant_id uuid not null references participant,
  -- The participant does not see the step itself before it is in force.
  to_standing text not null,
  reason text not null,
  until timestamptz(3) not null,
  reader_id uuid references reader,
  text_enc bytea,
  heard_at timestamptz(3),
  closed_at timestamptz(3),
  check ((text_enc is null) = (heard_at is null)),
  check ((text_enc is null) = (reader_id is null))
);
create index standing_hearing_open on standing_hearing (participant_id) where closed_at is null;
alter table standing_hearing enable row level security;
alter table standing_hearing force row level security;
grant select, insert on standing_hearing to tocsin_issuer;
grant update (reader_id, text_enc, heard_at, closed_at) on standing_hearing to tocsin_issuer;
create policy issuer on standing_hearing to tocsin_issuer using (true) with check (true);
grant select (step_id, participant_id, to_standing, reason, until, heard_at, closed_at)
  on standing_hearing to tocsin_participant;
create policy own on standing_hearing for select to tocsin_participant
  using (participant_id = tocsin_participant_id());

alter table notice drop constraint notice_check;
alter table notice add constraint notice_check check (
  (alert_id is not null)::int + (invitation_id is not null)::int
    = case when kind in ('standing_changed', 'appeal_decided', 'hearing_opened', 'terms_published',
      'agreement_answered', 'key_ends', 'key_changed', 'readers_changed') then 0 else 1 end);
