-- What the issuer and participants write to each other about an alert. Who may read a message is
-- decided with the alert; nothing of it is in reach of the participants' login.
create table message (
  id uuid primary key,
  alert_id uuid not null references alert,
  product text,
  person_id uuid references person,
  participant_id uuid references participant,
  reader_id uuid references reader,
  audience text not null check (audience in ('issuer', 'one', 'members')),
  to_participant uuid references participant,
  text_enc bytea not null,
  at timestamptz(3) not null,
  serial bigint generated always as identity,
  check ((person_id is null) = (participant_id is not null)),
  check ((participant_id is null) = (reader_id is null)),
  check ((audience = 'one') = (to_participant is not null))
);
create index message_by_alert on message (alert_id, serial);
create index message_by_participant on message (participant_id, at);
alter table message enable row level security;
alter table message force row level security;
grant select, insert on message to tocsin_issuer;
create policy issuer on message to tocsin_issuer using (true) with check (true);
