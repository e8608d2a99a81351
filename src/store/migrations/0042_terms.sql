-- What members of a programme agree to: versions of a text with its clauses, published by two
-- persons and never changed. A version may ask everybody to sign it by an instant.
create table terms (
  id uuid primary key,
  programme_id uuid not null references programme,
  version integer not null check (version > 0),
  body text not null,
  clauses jsonb not null,
  valid_days integer not null check (valid_days between 1 and 3650),
  sha256 text not null,
  sign_by timestamptz(3),
  published_at timestamptz(3) not null,
  unique (programme_id, version),
  check (sign_by > published_at)
);
alter table terms enable row level security;
alter table terms force row level security;
grant select, insert on terms to tocsin_issuer;
create policy issuer on terms to tocsin_issuer using (true) with check (true);
grant select on terms to tocsin_participant;
create policy own on terms for select to tocsin_participant
  using (exists (select 1 from enrolment e
    where e.programme_id = terms.programme_id
      and e.participant_id = tocsin_participant_id() offset 0));

-- Whose signature binds its organisation: two persons say so, one takes it back.
alter table reader add column officer boolean not null default false;

-- An officer's signature over a version of the terms, and the issuer's answer to it. What releases
-- are decided on is the enrolment's; this is what it rests on.
create table agreement (
  id uuid primary key,
  programme_id uuid not null references programme,
  participant_id uuid not null references participant,
  reader_id uuid not null references reader,
  terms_id uuid not null references terms,
  signature bytea not null,
  at timestamptz(3) not null,
  person_id uuid references person,
  answer text check (answer in ('countersigned', 'refused')),
  answered_at timestamptz(3),
  expires_at timestamptz(3),
  serial bigint generated always as identity,
  check ((answer is null) = (answered_at is null)),
  check ((answer is null) = (person_id is null)),
  check ((answer is not distinct from 'countersigned') = (expires_at is not null))
);
create unique index agreement_open on agreement (terms_id, participant_id) where answer is null;
create index agreement_of on agreement (programme_id, participant_id, serial);
alter table agreement enable row level security;
alter table agreement force row level security;
grant select, insert on agreement to tocsin_issuer;
grant update (person_id, answer, answered_at, expires_at) on agreement to tocsin_issuer;
create policy issuer on agreement to tocsin_issuer using (true) with check (true);
grant select (id, programme_id, participant_id, terms_id, at, answer, answered_at, expires_at,
  serial) on agreement to tocsin_participant;
create policy own on agreement for select to tocsin_participant
  using (participant_id = tocsin_participant_id());

-- What concerns a participant itself is of no alert and of no invitation.
alter table notice drop constraint notice_check;
alter table notice add constraint notice_check check (
  (alert_id is not null)::int + (invitation_id is not null)::int
    = case when kind in ('standing_changed', 'appeal_decided', 'terms_published',
      'agreement_answered') then 0 else 1 end);
