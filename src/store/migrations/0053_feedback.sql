-- What participants say of artifacts that they have tried. The words are for the issuer alone.
create table feedback (
  id uuid primary key,
  alert_id uuid not null references alert,
  artifact_id uuid not null references artifact,
  participant_id uuid not null references participant,
  reader_id uuid not null references reader,
  says text not null check (says in
    ('works', 'does_not_parse', 'false_positives', 'too_slow', 'missed_sample')),
  text_enc bytea,
  at timestamptz(3) not null,
  serial bigint generated always as identity
);
create index feedback_by_alert on feedback (alert_id, serial);
alter table feedback enable row level security;
alter table feedback force row level security;
grant select, insert on feedback to tocsin_issuer;
create policy issuer on feedback to tocsin_issuer using (true) with check (true);
