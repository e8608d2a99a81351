-- A change of an alert under way that opens more of it: proposed by one person, put in force by
-- another. What it is is encrypted under the alert's data key, as the facts that it changes are.
create table alert_change (
  id uuid primary key,
  alert_id uuid not null references alert,
  change_enc bytea not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  approver_id uuid references person,
  decided_at timestamptz(3),
  check (approver_id <> proposer_id),
  check ((approver_id is null) = (decided_at is null))
);
alter table alert_change enable row level security;
alter table alert_change force row level security;
grant select, insert on alert_change to tocsin_issuer;
grant update (approver_id, decided_at) on alert_change to tocsin_issuer;
create policy issuer on alert_change to tocsin_issuer using (true) with check (true);

-- That nobody confirmed a publication in time is recorded once.
alter table break_glass add column overdue_at timestamptz(3);
grant update (overdue_at) on break_glass to tocsin_issuer;
create index break_glass_unconfirmed on break_glass (confirm_by)
  where confirmed_at is null and overdue_at is null;
