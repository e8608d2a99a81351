-- Whom of a participant the issuer's list had: addresses, and the OpenPGP keys noted for them.
-- Encrypted, as they name people.
create table member_contacts (
  programme_id uuid not null,
  participant_id uuid not null,
  contacts_enc bytea not null,
  primary key (programme_id, participant_id),
  foreign key (programme_id, participant_id) references enrolment
);
alter table member_contacts enable row level security;
alter table member_contacts force row level security;
grant select, insert, update on member_contacts to tocsin_issuer;
create policy issuer on member_contacts to tocsin_issuer using (true) with check (true);
