-- Who takes custody of a programme's mark keys some time after disclosure: two officers, each by an
-- age key of their own. One proposes, the other accepts; the last one accepted is in force.
create table custody (
  id uuid primary key,
  programme_id uuid not null references programme,
  after_days integer not null check (after_days >= 0),
  first_person uuid not null references person,
  first_recipient text not null,
  at timestamptz(3) not null,
  second_person uuid references person,
  second_recipient text,
  accepted_at timestamptz(3),
  serial bigint generated always as identity,
  check (first_person <> second_person),
  check (first_recipient <> second_recipient),
  check ((second_person is null) = (accepted_at is null)),
  check ((second_recipient is null) = (accepted_at is null))
);
create index custody_of_programme on custody (programme_id, serial);
alter table custody enable row level security;
alter table custody force row level security;
grant select, insert on custody to tocsin_issuer;
grant update (second_person, second_recipient, accepted_at) on custody to tocsin_issuer;
create policy issuer on custody to tocsin_issuer using (true) with check (true);

-- A mark key in two halves, each sealed to one officer. The alert has no wrapped mark key any more,
-- and never again. What had been read of it by then goes on to count: frozen, with the number of
-- the programme's evidence up to which it was.
create table sealed_mark_key (
  alert_id uuid primary key references alert,
  custody_id uuid not null references custody,
  first_half bytea not null,
  first_name text not null,
  second_half bytea not null,
  second_name text not null,
  frozen_enc bytea,
  frozen_to integer not null,
  at timestamptz(3) not null
);
alter table sealed_mark_key enable row level security;
alter table sealed_mark_key force row level security;
grant select, insert on sealed_mark_key to tocsin_issuer;
grant update (frozen_enc, frozen_to) on sealed_mark_key to tocsin_issuer;
create policy issuer on sealed_mark_key to tocsin_issuer using (true) with check (true);

-- Halves brought for the trace of one sighting, by two persons; both together are its mark key.
create table brought_half (
  alert_id uuid not null references sealed_mark_key,
  sighting_id uuid not null references sighting,
  nth integer not null check (nth in (1, 2)),
  person_id uuid not null references person,
  half_enc bytea not null,
  at timestamptz(3) not null,
  primary key (alert_id, sighting_id, nth),
  unique (alert_id, sighting_id, person_id)
);
create index brought_half_of on brought_half (sighting_id);
alter table brought_half enable row level security;
alter table brought_half force row level security;
grant select, insert, delete on brought_half to tocsin_issuer;
create policy issuer on brought_half to tocsin_issuer using (true) with check (true);
