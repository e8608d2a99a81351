-- Somebody who lost every passkey gets a new link when two others say so: the one who proposes is
-- told a code, the one who confirms a link, and it takes both.
alter table passkey_link add column code_hash bytea;

create table recovery (
  id uuid primary key,
  person_id uuid references person,
  reader_id uuid references reader,
  code_hash bytea not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  decider_id uuid references person,
  outcome text check (outcome in ('confirmed', 'refused')),
  decided_at timestamptz(3),
  check ((person_id is null) <> (reader_id is null)),
  check ((outcome is null) = (decided_at is null)),
  check ((outcome is null) = (decider_id is null)),
  -- Nobody confirms what they proposed, nor has a part in their own recovery; it may be taken back.
  check (decider_id <> proposer_id or outcome = 'refused'),
  check (proposer_id <> person_id),
  check (decider_id <> person_id or outcome = 'refused')
);
alter table recovery enable row level security;
alter table recovery force row level security;
grant select, insert on recovery to tocsin_issuer;
grant update (decider_id, outcome, decided_at) on recovery to tocsin_issuer;
create policy issuer on recovery to tocsin_issuer using (true) with check (true);
