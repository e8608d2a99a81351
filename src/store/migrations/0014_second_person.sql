-- A change of an alert under way that opens more of it: proposed by one person, put in force by
-- another. What it is is encrypted under the alert's data key, as the facts that it changes are.
create table alert_change (
  id uuid primary key,
  alert_id uuid not null references alert,
  change_enc bytea not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  approver_id uuid references person,
  decided_at timestamptz(3),
  check (approver_id <> proposer_id),
  check ((approver_id is null) = (decided_at is null))
);
alter table alert_change enable row level security;
alter table alert_change force row level security;
grant select, insert on alert_change to tocsin_issuer;
grant update (approver_id, decided_at) on alert_change to tocsin_issuer;
create policy issuer on alert_change to tocsin_issuer using (true) with check (true);

-- That nobody confirmed a publication in time is recorded once.
alter table break_glass add column overdue_at timestamptz(3);
grant update (overdue_at) on break_glass to tocsin_issuer;
create index break_glass_unconfirmed on break_glass (confirm_by)
  where confirmed_at is null and overdue_at is null;

-- Times at which what Tocsin runs on may be compromised: declared by one person, over when two
-- have said so.
create table platform_incident (
  id uuid primary key,
  programme_id uuid not null references programme,
  declared_by uuid not null references person,
  declared_at timestamptz(3) not null,
  cleared_by uuid references person,
  confirmed_by uuid references person,
  cleared_at timestamptz(3),
  check (cleared_by <> confirmed_by),
  check ((confirmed_by is null) = (cleared_at is null)),
  check (confirmed_by is null or cleared_by is not null)
);
create unique index platform_incident_open on platform_incident (programme_id)
  where cleared_at is null;
alter table platform_incident enable row level security;
alter table platform_incident force row level security;
grant select, insert on platform_incident to tocsin_issuer;
grant update (cleared_by, confirmed_by, cleared_at) on platform_incident to tocsin_issuer;
create policy issuer on platform_incident to tocsin_issuer using (true) with check (true);
-- Every decision about a release turns on whether there is one now, also those about the public.
grant select (programme_id, cleared_at) on platform_incident to tocsin_participant;
create policy state on platform_incident for select to tocsin_participant
  using (cleared_at is null);

-- As in 0007, with the platform.
create or replace function tocsin_release_facts(p_participant uuid, p_alert uuid, p_reader uuid)
returns json language plpgsql volatile as $$
begin
  perform set_config('tocsin.participant', p_participant::text, true);
  perform pg_advisory_xact_lock_shared(hashtextextended(a.programme_id::text, 1))
    from alert a where a.id = p_alert;
  -- Not visible yet, so nothing was locked: what a grant shows a moment later is not for this one.
  if not found then return null; end if;
  return (select row_to_json(facts) from (
    select a.id, a.programme_id, a.author_id, a.state, a.opens_at, a.tlp, a.use_permissions,
      a.version,
      (extract(epoch from a.disclosure_at) * 1000)::bigint as disclosure_at,
      encode(a.head_enc, 'base64') as head_enc,
      e.tier, e.standing, e.duty, e.consent_mode, e.profile, e.doubted,
      (extract(epoch from e.agreement_signed_at) * 1000)::bigint as agreement_signed_at,
      (extract(epoch from e.agreement_expires_at) * 1000)::bigint as agreement_expires_at,
      c.consent, i.involvement, r.age_recipient, r.fingerprint, p.sha256 as policy,
      exists (select 1 from clock_mark m where m.doubted_at is not null) as clock_doubted,
      exists (select 1 from platform_incident f
        where f.programme_id = a.programme_id and f.cleared_at is null) as compromised,
      exists (select 1 from word_commitment w where w.alert_id = a.id and w.reader_id = r.id)
        as committed
    from alert a
    join reader r on r.id = p_reader
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = r.participant_id
    join policy_version p on p.programme_id = a.programme_id and p.active
    left join consent c on c.alert_id = a.id and c.participant_id = r.participant_id
    left join alert_involvement i on i.alert_id = a.id and i.participant_id = r.participant_id
    where a.id = p_alert and a.state <> 'draft' and r.removed_at is null) as facts);
end $$;
