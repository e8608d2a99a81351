-- Persons of the issuer who also stand on a participant's side. Stating it only takes away; that it
-- has ended is said by somebody else.
create table affiliation (
  person_id uuid not null references person,
  participant_id uuid not null references participant,
  stated_by uuid not null references person,
  at timestamptz(3) not null,
  ended_by uuid references person,
  ended_at timestamptz(3),
  serial bigint generated always as identity primary key,
  check ((ended_by is null) = (ended_at is null)),
  constraint affiliation_ended_by_another check (ended_by <> person_id)
);
create unique index affiliation_in_force on affiliation (person_id, participant_id)
  where ended_at is null;
alter table affiliation enable row level security;
alter table affiliation force row level security;
grant select, insert on affiliation to tocsin_issuer;
grant update (ended_by, ended_at) on affiliation to tocsin_issuer;
create policy issuer on affiliation to tocsin_issuer using (true) with check (true);
