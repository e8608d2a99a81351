-- Evidence over alerts: which readings have entered it, in which order. Row security binds the
-- owner of the tables too: it is lifted where old rows are read.
alter table reading no force row level security;
alter table event no force row level security;

-- How many slots a reading read; of one whose event was erased, not known to be none.
alter table reading add column read integer;
update reading r set read = told.read
  from (select body -> 'data' ->> 'sighting' as sighting, body -> 'data' ->> 'alert' as alert,
      (body -> 'data' ->> 'read')::integer as read
    from (select issuer_body::jsonb as body from event
      where type = 'reading_committed' and issuer_body is not null) as events) as told
  where told.sighting = r.sighting_id::text and told.alert = r.alert_id::text;
update reading set read = 1 where read is null;
alter table reading alter column read set not null;

alter table reading force row level security;
alter table event force row level security;

-- The n-th reading of a programme that read a slot. `list` is the hash over all up to it; `adds` is
-- how many slots it adds to the evidence, null until that was computed.
create table evidence_entry (
  programme_id uuid not null references programme,
  nth integer not null check (nth > 0),
  sighting_id uuid not null,
  alert_id uuid not null,
  list text not null,
  adds integer,
  primary key (programme_id, nth),
  unique (sighting_id, alert_id),
  foreign key (sighting_id, alert_id) references reading
);
alter table evidence_entry enable row level security;
alter table evidence_entry force row level security;
grant select, insert on evidence_entry to tocsin_issuer;
grant update (adds) on evidence_entry to tocsin_issuer;
create policy issuer on evidence_entry to tocsin_issuer using (true) with check (true);

-- Where and when a sample was found, recorded once, before anybody is named by it.
create table sighting_find (
  sighting_id uuid primary key references sighting,
  kind text not null,
  place_enc bytea not null,
  found_at timestamptz(3) not null,
  shipped text not null,
  member_id uuid references participant,
  recorded_by uuid not null references person,
  at timestamptz(3) not null,
  check ((kind = 'member_product') = (member_id is not null))
);
alter table sighting_find enable row level security;
alter table sighting_find force row level security;
grant select, insert on sighting_find to tocsin_issuer;
create policy issuer on sighting_find to tocsin_issuer using (true) with check (true);

-- What was in force and committed, and whether a participant's facts are those of then.
create index event_of_policy on event (programme_id, serial) where type = 'policy_activated';
create index event_of_marks on event (serial) where type = 'marks_committed';
create index event_of_enrolment on event (programme_id, at) where type = 'enrolment_changed';
