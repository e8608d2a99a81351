-- Whom an identity provider means: the hash of issuer, claim and value, and whose they are.
create table oidc_subject (
  hash bytea primary key,
  person_id uuid unique references person,
  reader_id uuid unique references reader,
  at timestamptz(3) not null,
  check ((person_id is null) <> (reader_id is null))
);
alter table oidc_subject enable row level security;
alter table oidc_subject force row level security;
grant select, insert, delete on oidc_subject to tocsin_issuer;
create policy issuer on oidc_subject to tocsin_issuer using (true) with check (true);
