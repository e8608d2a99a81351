-- What members owe for an alert: since when they have their standing, and what they reported.
-- Row security binds the owner of the tables too: it is lifted where old rows are read.
alter table event no force row level security;
alter table enrolment no force row level security;
alter table enrolment add column standing_since timestamptz(3);
update enrolment set standing_since = (select max(at) from event
  where type = 'standing_changed' and event.programme_id = enrolment.programme_id
    and event.participant_id = enrolment.participant_id);
alter table event force row level security;
alter table enrolment force row level security;

create table obligation_report (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  reader_id uuid not null references reader,
  code text not null,
  says text not null,
  at timestamptz(3) not null
);
create index obligation_report_by_alert on obligation_report (alert_id, participant_id, at);
alter table obligation_report enable row level security;
alter table obligation_report force row level security;
grant select, insert on obligation_report to tocsin_issuer;
create policy issuer on obligation_report to tocsin_issuer using (true) with check (true);
grant select on obligation_report to tocsin_participant;
create policy own on obligation_report for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
