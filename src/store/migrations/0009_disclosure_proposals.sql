-- Another T0 for an alert under way: proposed by one person, put in force by another.
create table disclosure_proposal (
  id uuid primary key,
  alert_id uuid not null references alert,
  disclosure_at timestamptz(3) not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  approver_id uuid references person,
  decided_at timestamptz(3),
  check (approver_id <> proposer_id),
  check ((approver_id is null) = (decided_at is null))
);
alter table disclosure_proposal enable row level security;
alter table disclosure_proposal force row level security;
grant select, insert on disclosure_proposal to tocsin_issuer;
grant update (approver_id, decided_at) on disclosure_proposal to tocsin_issuer;
create policy issuer on disclosure_proposal to tocsin_issuer using (true) with check (true);

-- Whether a notice was acknowledged is its participant's to say.
alter table notice add column acknowledged_at timestamptz(3);
grant update (acknowledged_at) on notice to tocsin_participant;
create policy own_update on notice for update to tocsin_participant
  using (participant_id = tocsin_participant_id())
  with check (participant_id = tocsin_participant_id());
