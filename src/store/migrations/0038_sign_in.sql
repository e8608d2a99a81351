-- What a person may do is theirs; a token of theirs has some of it, a session all. Until now only
-- tokens said it.
alter table person add column scopes text[] not null default '{}';
alter table person no force row level security;
alter table token no force row level security;
update person p set scopes = coalesce((
  select array_agg(distinct s.scope order by s.scope)
  from token t cross join unnest(t.scopes) as s (scope)
  where t.person_id = p.id and t.revoked_at is null), '{}');
alter table person force row level security;
alter table token force row level security;

-- A session is a token that a browser keeps in a cookie: it ends by every act that ends tokens.
alter table token
  add column kind text not null default 'api' check (kind in ('api', 'session')),
  add column label text,
  add column expires_at timestamptz(3),
  -- By the hour for tokens, by the minute for sessions.
  add column used_at timestamptz(3),
  add column signed_in_by text check (signed_in_by in ('passkey', 'oidc')),
  -- When a passkey last verified its user in this session.
  add column verified_at timestamptz(3),
  add check ((kind = 'session') = (signed_in_by is not null)),
  add check (kind = 'api' or expires_at is not null),
  add check (kind = 'session' or verified_at is null);
create index token_of_person on token (person_id) where revoked_at is null;
create index token_of_reader on token (reader_id) where revoked_at is null;

create table passkey (
  id uuid primary key,
  credential_id bytea not null unique,
  person_id uuid references person,
  reader_id uuid references reader,
  -- COSE_Key, RFC 9052.
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  label text not null,
  created_at timestamptz(3) not null,
  -- By the hour.
  used_at timestamptz(3),
  removed_at timestamptz(3),
  check ((person_id is null) <> (reader_id is null))
);
create index passkey_of_person on passkey (person_id) where removed_at is null;
create index passkey_of_reader on passkey (reader_id) where removed_at is null;
alter table passkey enable row level security;
alter table passkey force row level security;
grant select, insert on passkey to tocsin_issuer;
grant update (counter, used_at, removed_at) on passkey to tocsin_issuer;
create policy issuer on passkey to tocsin_issuer using (true) with check (true);

-- One-time links by which somebody registers a passkey.
create table passkey_link (
  id uuid primary key,
  hash bytea not null unique,
  person_id uuid references person,
  reader_id uuid references reader,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  check ((person_id is null) <> (reader_id is null))
);
alter table passkey_link enable row level security;
alter table passkey_link force row level security;
grant select, insert on passkey_link to tocsin_issuer;
grant update (ended_at) on passkey_link to tocsin_issuer;
create policy issuer on passkey_link to tocsin_issuer using (true) with check (true);

-- What an authenticator or an identity provider was asked, until it is answered once. `bound` is a
-- hash of to what end it was asked and for whom: each has one, and the next takes its place.
create table challenge (
  bound bytea primary key,
  hash bytea not null,
  expires_at timestamptz(3) not null
);
create index challenge_over on challenge (expires_at);
alter table challenge enable row level security;
alter table challenge force row level security;
grant select, insert, update, delete on challenge to tocsin_issuer;
create policy issuer on challenge to tocsin_issuer using (true) with check (true);
