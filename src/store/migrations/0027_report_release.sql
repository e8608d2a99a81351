-- Who traced: a report is a draft until somebody else releases it. Of old reports the ledger says
-- who; of one whose event was erased it is taken to be who opened the sighting.
alter table trace_report no force row level security;
alter table event no force row level security;
alter table sighting no force row level security;
alter table trace_report add column traced_by uuid references person;
update trace_report r set traced_by = told.person::uuid
  from (select body -> 'data' ->> 'sighting' as sighting, body -> 'actor' ->> 'id' as person
    from (select issuer_body::jsonb as body from event
      where type = 'trace_scored' and issuer_body is not null) as events) as told
  where told.sighting = r.sighting_id::text;
update trace_report r set traced_by = s.opened_by from sighting s
  where s.id = r.sighting_id and r.traced_by is null;
alter table trace_report alter column traced_by set not null;
alter table trace_report add unique (sighting_id, traced_by);
alter table trace_report force row level security;
alter table event force row level security;
alter table sighting force row level security;

create table report_release (
  sighting_id uuid primary key,
  traced_by uuid not null,
  released_by uuid not null references person,
  at timestamptz(3) not null,
  foreign key (sighting_id, traced_by) references trace_report (sighting_id, traced_by),
  check (released_by <> traced_by)
);
alter table report_release enable row level security;
alter table report_release force row level security;
grant select, insert on report_release to tocsin_issuer;
create policy issuer on report_release to tocsin_issuer using (true) with check (true);

-- What a participant says to a report; the report stays as it is.
create table report_reply (
  id uuid primary key,
  serial bigint generated always as identity,
  sighting_id uuid not null references trace_report,
  participant_id uuid not null references participant,
  text_sha256 text not null,
  text_enc bytea not null,
  recorded_by uuid not null references person,
  at timestamptz(3) not null
);
create index report_reply_of on report_reply (sighting_id, serial);
alter table report_reply enable row level security;
alter table report_reply force row level security;
grant select, insert on report_reply to tocsin_issuer;
create policy issuer on report_reply to tocsin_issuer using (true) with check (true);
