-- What opens more to participants waits for a second person: an admission, other facts of an
-- enrolment, the end of a doubt. What it says is encrypted; it may name who is not admitted yet, so
-- that its participant is no reference.
create table member_change (
  id uuid primary key,
  programme_id uuid not null references programme,
  kind text not null,
  participant_id uuid,
  change_enc bytea not null,
  digest text not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  decider_id uuid references person,
  outcome text check (outcome in ('confirmed', 'refused')),
  decided_at timestamptz(3),
  check ((outcome is null) = (decided_at is null)),
  check ((outcome is null) = (decider_id is null)),
  -- Nobody confirms what they proposed; it may be taken back.
  check (decider_id <> proposer_id or outcome = 'refused')
);
create index member_change_open on member_change (programme_id) where decided_at is null;
alter table member_change enable row level security;
alter table member_change force row level security;
grant select, insert on member_change to tocsin_issuer;
grant update (decider_id, outcome, decided_at) on member_change to tocsin_issuer;
create policy issuer on member_change to tocsin_issuer using (true) with check (true);
