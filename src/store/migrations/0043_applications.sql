-- Organisations that ask to join. What they say names people, so it is encrypted; they follow it by
-- a code, of which only the hash is here. The participant's id is reserved: it is nobody yet.
create table application (
  id uuid primary key,
  programme_id uuid not null references programme,
  participant_id uuid not null unique,
  code_hash bytea not null unique,
  content_enc bytea not null,
  at timestamptz(3) not null,
  -- When nothing but a seat was missing for the first time: its turn for one.
  complete_at timestamptz(3),
  state text not null check (state in ('open', 'accepted', 'refused')),
  reason_enc bytea,
  decided_at timestamptz(3),
  appeal_enc bytea,
  appealed_at timestamptz(3),
  appeal_decider_id uuid references person,
  appeal_outcome text check (appeal_outcome in ('granted', 'dismissed')),
  appeal_reason_enc bytea,
  appeal_decided_at timestamptz(3),
  check ((appeal_enc is null) = (appealed_at is null)),
  check ((appeal_outcome is null) = (appeal_decided_at is null)),
  check ((appeal_outcome is null) = (appeal_decider_id is null)),
  check ((appeal_outcome is null) = (appeal_reason_enc is null)),
  check (appeal_outcome is null or appeal_enc is not null)
);
create index application_open on application (programme_id, at) where state = 'open';
create index application_of on application (programme_id, at);
alter table application enable row level security;
alter table application force row level security;
grant select, insert on application to tocsin_issuer;
grant update (content_enc, complete_at, state, reason_enc, decided_at, appeal_enc, appealed_at,
  appeal_decider_id, appeal_outcome, appeal_reason_enc, appeal_decided_at) on application
  to tocsin_issuer;
create policy issuer on application to tocsin_issuer using (true) with check (true);

-- Whoever checked, excused, proposed or decided: none of them decides an appeal.
create table application_part (
  application_id uuid not null references application,
  person_id uuid not null references person,
  primary key (application_id, person_id)
);
alter table application_part enable row level security;
alter table application_part force row level security;
grant select, insert on application_part to tocsin_issuer;
create policy issuer on application_part to tocsin_issuer using (true) with check (true);
