-- A policy that one person proposes and another puts in force. Its files stay here until then:
-- participants may read policy versions, and what is only proposed is the issuer's own.
create table policy_proposal (
  id uuid primary key,
  programme_id uuid not null references programme,
  pack text not null,
  files jsonb not null,
  sha256 text not null,
  -- The policy it was compared with, and what of enrolments and alerts it was compared over.
  base_sha256 text not null,
  facts_sha256 text not null,
  proposer_id uuid not null references person,
  proposed_at timestamptz(3) not null,
  approver_id uuid references person,
  decided_at timestamptz(3),
  check (approver_id <> proposer_id),
  check ((approver_id is null) = (decided_at is null))
);
create index policy_proposal_open on policy_proposal (programme_id) where decided_at is null;

alter table policy_proposal enable row level security;
alter table policy_proposal force row level security;
grant select, insert, update on policy_proposal to tocsin_issuer;
create policy issuer on policy_proposal to tocsin_issuer using (true) with check (true);
