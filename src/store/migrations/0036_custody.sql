-- Who takes custody of a programme's mark keys some time after disclosure: two officers, each by an
-- age key of their own. One proposes, the other accepts; the last one accepted is in force.
create table custody (
  id uuid primary key,
  programme_id uuid not null references programme,
  after_days integer not null check (after_days >= 0),
  first_person uuid not null references person,
  first_recipient text not null,
  at timestamptz(3) not null,
  second_person uuid references person,
  second_recipient text,
  accepted_at timestamptz(3),
  serial bigint generated always as identity,
  check (first_person <> second_person),
  check (first_recipient <> second_recipient),
  check ((second_person is null) = (accepted_at is null)),
  check ((second_recipient is null) = (accepted_at is null))
);
create index custody_of_programme on custody (programme_id, serial);
alter table custody enable row level security;
alter table custody force row level security;
grant select, insert on custody to tocsin_issuer;
grant update (second_person, second_recipient, accepted_at) on custody to tocsin_issuer;
create policy issuer on custody to tocsin_issuer using (true) with check (true);

-- A mark key in two halves, each sealed to one officer. The alert has no wrapped mark key any more,
-- and never again. What had been read of it by then goes on to count: frozen, with the number of
-- the programme's evidence up to which it was.
create table sealed_mark_key (
  alert_id uuid primary key references alert,
  custody_id uuid not null references custody,
  first_half bytea not null,
  first_name text not null,
  second_half bytea not null,
  second_name text not null,
  frozen_enc bytea,
  frozen_to integer not null,
  at timestamptz(3) not null
);
alter table sealed_mark_key enable row level security;
alter table sealed_mark_key force row level security;
grant select, insert on sealed_mark_key to tocsin_issuer;
grant update (frozen_enc, frozen_to) on sealed_mark_key to tocsin_issuer;
create policy issuer on sealed_mark_key to tocsin_issuer using (true) with check (true);

-- Halves brought for the trace of one sighting, by two persons; both together are its mark key.
create table brought_half (
  alert_id uuid not null references sealed_mark_key,
  sighting_id uuid not null references sighting,
  nth integer not null check (nth in (1, 2)),
  person_id uuid not null references person,
  half_enc bytea not null,
  at timestamptz(3) not null,
  primary key (alert_id, sighting_id, nth),
  unique (alert_id, sighting_id, person_id)
);
create index brought_half_of on brought_half (sighting_id);
alter table brought_half enable row level security;
alter table brought_half force row level security;
grant select, insert, delete on brought_half to tocsin_issuer;
create policy issuer on brought_half to tocsin_issuer using (true) with check (true);

-- As in 0030, with whether the mark key is sealed: no copy is made without it.
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
      e.tier, e.standing, e.duty, e.consent_mode, e.profile, e.transition, e.doubted,
      (extract(epoch from e.agreement_signed_at) * 1000)::bigint as agreement_signed_at,
      (extract(epoch from e.agreement_expires_at) * 1000)::bigint as agreement_expires_at,
      c.consent, i.involvement, r.age_recipient, r.fingerprint, p.sha256 as policy,
      m.doubted_at is not null as clock_doubted,
      exists (select 1 from platform_incident f
        where f.programme_id = a.programme_id and f.cleared_at is null) as compromised,
      not exists (select 1 from wrapped_key k
        where k.alert_id = a.id and k.purpose = 'mark') as sealed,
      exists (select 1 from word_commitment w where w.alert_id = a.id and w.reader_id = r.id)
        as committed,
      coalesce(l.size, 0) as log_size,
      (extract(epoch from greatest(l.at, m.high_water)) * 1000)::bigint as log_at
    from alert a
    join reader r on r.id = p_reader
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = r.participant_id
    join policy_version p on p.programme_id = a.programme_id and p.active
    left join consent c on c.alert_id = a.id and c.participant_id = r.participant_id
    left join alert_involvement i on i.alert_id = a.id and i.participant_id = r.participant_id
    left join clock_mark m on true
    left join (select size, at from checkpoint order by size desc limit 1) as l on true
    where a.id = p_alert and a.state <> 'draft' and r.removed_at is null) as facts);
end $$;
