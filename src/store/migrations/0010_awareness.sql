-- When somebody of the issuer became aware of what an authority must be told of: encrypted under
-- the alert's data key. The event of the ledger has a hash of it, so that no row can be set later.
create table awareness (
  event_id uuid primary key,
  alert_id uuid not null references alert,
  sealed_at timestamptz(3) not null,
  facts_enc bytea not null
);
create index awareness_by_alert on awareness (alert_id);

alter table awareness enable row level security;
alter table awareness force row level security;
grant select, insert on awareness to tocsin_issuer;
create policy issuer on awareness to tocsin_issuer using (true) with check (true);
