-- That somebody looked at a participant, and by when somebody is to look again.
create table member_review (
  id uuid primary key,
  programme_id uuid not null references programme,
  participant_id uuid not null references participant,
  person_id uuid not null references person,
  next_at timestamptz(3) not null,
  note_enc bytea,
  at timestamptz(3) not null,
  serial bigint generated always as identity
);
create index member_review_last on member_review (programme_id, participant_id, serial);
alter table member_review enable row level security;
alter table member_review force row level security;
grant select, insert on member_review to tocsin_issuer;
create policy issuer on member_review to tocsin_issuer using (true) with check (true);
