-- What members state of themselves. It counts as asserted by them until two persons attest it; what
-- only narrows has been taken over at once. Encrypted, as it may name people.
create table member_statement (
  id uuid primary key,
  programme_id uuid not null,
  participant_id uuid not null,
  reader_id uuid not null references reader,
  content_enc bytea not null,
  at timestamptz(3) not null,
  state text not null check (state in ('asserted', 'attested', 'refused', 'superseded')),
  decided_at timestamptz(3),
  serial bigint generated always as identity,
  check ((state = 'asserted') = (decided_at is null)),
  foreign key (programme_id, participant_id) references enrolment
);
create unique index member_statement_open on member_statement (programme_id, participant_id)
  where state = 'asserted';
create index member_statement_of on member_statement (programme_id, participant_id, serial);
alter table member_statement enable row level security;
alter table member_statement force row level security;
grant select, insert on member_statement to tocsin_issuer;
grant update (state, decided_at) on member_statement to tocsin_issuer;
create policy issuer on member_statement to tocsin_issuer using (true) with check (true);
