-- Approvals as signatures: whether a programme wants them, and what an authenticator signed.
alter table programme add column signed_approvals boolean not null default false;

create table approval_signature (
  id uuid primary key,
  alert_id uuid not null references alert,
  plan_sha256 text not null,
  passkey_id uuid not null references passkey,
  -- With the plan it makes the challenge that was signed.
  nonce text not null,
  client_data bytea not null,
  authenticator_data bytea not null,
  signature bytea not null,
  at timestamptz(3) not null
);
create index approval_signature_of on approval_signature (alert_id, plan_sha256);
alter table approval_signature enable row level security;
alter table approval_signature force row level security;
grant select, insert on approval_signature to tocsin_issuer;
create policy issuer on approval_signature to tocsin_issuer using (true) with check (true);
