-- Who an approval must be independent of; what a notice is of; one question for each cause.
-- Row security binds the owner of the tables too: it is lifted where old rows are read, and forced
-- again at the end.
alter table alert no force row level security;
alter table event no force row level security;
alter table release_grant no force row level security;
alter table notice no force row level security;
alter table work_item no force row level security;
alter table idempotency no force row level security;

-- Everybody who made what an approval covers: opened the alert, added to it, moved its date or
-- recorded a consent to its embargo.
create table alert_author (
  alert_id uuid not null references alert,
  person_id uuid not null references person,
  primary key (alert_id, person_id)
);
insert into alert_author
  select id, author_id from alert
  union
  select (body -> 'data' ->> 'alert')::uuid, (body -> 'actor' ->> 'id')::uuid
  from (select issuer_body::jsonb as body from event
    where type in ('artifact_frozen', 'disclosure_moved', 'consent_changed')
      and issuer_body is not null) as told
  where body -> 'actor' ->> 'kind' = 'person';

alter table alert_author enable row level security;
alter table alert_author force row level security;
-- Nobody stops being an author.
grant select, insert on alert_author to tocsin_issuer;
create policy issuer on alert_author to tocsin_issuer using (true) with check (true);

-- It takes the place of a check against the one person who opened the alert.
alter table approval drop column author_id;
create function tocsin_second_person() returns trigger language plpgsql volatile as $$
begin
  -- A new author's foreign key holds the alert's key until it commits: this waits for it, and the
  -- next statement sees it.
  perform 1 from alert where id = new.alert_id for update;
  if exists (select 1 from alert_author a
      where a.alert_id = new.alert_id and a.person_id = new.approver_id) then
    raise exception 'the approver is an author' using errcode = 'TS2ND';
  end if;
  return new;
end $$;
create trigger second_person before insert or update on approval
  for each row when (new.voided_at is null) execute function tocsin_second_person();

-- The opener that an approval of a trace is compared with is the sighting's.
alter table sighting add unique (id, opened_by);
alter table trace_approval
  add foreign key (sighting_id, opened_by) references sighting (id, opened_by);

-- Which alert a notice is of, so that it is shown while that alert is; what is shown says nothing
-- of it. Grants and notices were written in pairs, at one instant.
alter table notice add column alert_id uuid references alert;
update notice set alert_id = pair.alert_id
  from (select alert_id, participant_id, granted_at as at,
      row_number() over (partition by participant_id, granted_at order by alert_id) as nth
    from release_grant) as pair,
    (select id, participant_id, at,
      row_number() over (partition by participant_id, at order by serial) as nth
    from notice) as numbered
  where numbered.id = notice.id and pair.nth = numbered.nth and pair.at = numbered.at
    and pair.participant_id = numbered.participant_id;
alter table notice alter column alert_id set not null;

-- One open question for each cause, artifact and participant. A wave asks it without a reader.
delete from work_item as again using work_item as first
  where again.resolved_at is null and first.resolved_at is null
    and (first.programme_id, first.code, first.alert_id, first.artifact_id, first.participant_id)
      is not distinct from
      (again.programme_id, again.code, again.alert_id, again.artifact_id, again.participant_id)
    and (first.at, first.id) < (again.at, again.id);
drop index work_item_open;
create unique index work_item_open on work_item
  (programme_id, code, alert_id, artifact_id, participant_id) nulls not distinct
  where resolved_at is null;

-- A plain hash of a short request can be guessed. Old ones go; a repeat of such a request is
-- refused instead of being done twice.
alter table idempotency rename column request_sha256 to request_mac;
update idempotency set request_mac = '';

alter table alert force row level security;
alter table event force row level security;
alter table release_grant force row level security;
alter table notice force row level security;
alter table work_item force row level security;
alter table idempotency force row level security;
