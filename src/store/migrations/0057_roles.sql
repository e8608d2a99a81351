-- What operators did of a programme is the manager's now: whoever was an operator is both, and
-- nobody may do less than the moment before.
alter table person no force row level security;
alter table token no force row level security;
update person set scopes = scopes || '{manager}' where 'operator' = any (scopes);
update token set scopes = scopes || '{manager}' where 'operator' = any (scopes);
alter table person force row level security;
alter table token force row level security;

-- Roles that somebody is to have: proposed by one person, or on the server's own machine (null), in
-- force when another confirms the digest of exactly that.
create table role_grant (
  id uuid primary key,
  -- Whose; of somebody new the id that they are to have, with their name.
  person_id uuid not null,
  name text,
  roles text[] not null check (cardinality(roles) > 0),
  digest text not null,
  -- Of the code that goes with the link of somebody new, told to who proposed them.
  code_hash bytea,
  proposer_id uuid references person,
  at timestamptz(3) not null,
  decider_id uuid references person,
  outcome text check (outcome in ('confirmed', 'refused')),
  decided_at timestamptz(3),
  check ((name is null) = (code_hash is null)),
  check ((outcome is null) = (decided_at is null)),
  check ((outcome is null) = (decider_id is null)),
  -- Nobody confirms what they proposed, nor a role of their own; it may be taken back.
  check (decider_id <> proposer_id or outcome = 'refused'),
  check (decider_id <> person_id or outcome = 'refused')
);
create index role_grant_open on role_grant (at) where outcome is null;
alter table role_grant enable row level security;
alter table role_grant force row level security;
grant select, insert on role_grant to tocsin_issuer;
grant update (decider_id, outcome, decided_at) on role_grant to tocsin_issuer;
create policy issuer on role_grant to tocsin_issuer using (true) with check (true);
