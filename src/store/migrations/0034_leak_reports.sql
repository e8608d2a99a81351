-- What a participant reports of a leak of its own. The text is the issuer's to read.
create table leak_report (
  id uuid primary key,
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  reader_id uuid not null references reader,
  noticed_at timestamptz(3) not null,
  text_enc bytea not null,
  at timestamptz(3) not null
);
create index leak_report_by_alert on leak_report (alert_id, participant_id, at);
alter table leak_report enable row level security;
alter table leak_report force row level security;
grant select, insert on leak_report to tocsin_issuer;
create policy issuer on leak_report to tocsin_issuer using (true) with check (true);
grant select (id, alert_id, participant_id, noticed_at, at) on leak_report to tocsin_participant;
create policy own on leak_report for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
