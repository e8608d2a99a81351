-- Whether readers of a programme's members are to sign what they ask.
alter table programme add column signed_requests boolean not null default false;
-- Asked with every token that is looked up.
create index enrolment_of_participant on enrolment (participant_id);

-- Since when there is the passkey that last verified a session's user; null: none has, or it was
-- verified before this was kept.
alter table token add column passkey_since timestamptz(3),
  add check (kind = 'session' or passkey_since is null);

-- Signatures of requests that came a moment ago: none of them serves again.
create table request_nonce (
  hash bytea primary key,
  expires_at timestamptz(3) not null
);
create index request_nonce_over on request_nonce (expires_at);
alter table request_nonce enable row level security;
alter table request_nonce force row level security;
grant select, insert, update, delete on request_nonce to tocsin_issuer;
create policy issuer on request_nonce to tocsin_issuer using (true) with check (true);
