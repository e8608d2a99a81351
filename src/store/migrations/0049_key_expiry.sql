-- Until when copies are sealed to a reader's key: its own end, else as long after it came as the
-- shortest of the participant's programmes allows. Kept in the reader's row, which a release reads
-- in any case.
alter table programme add column key_max_age_days integer
  check (key_max_age_days between 1 and 3650);
alter table reader add column key_since timestamptz(3);
alter table reader add column key_expires_at timestamptz(3);
-- When its participant was told that the key ends soon.
alter table reader add column key_warned_at timestamptz(3);
-- A migration is nobody's login; it must see every row to fill the column.
alter table reader no force row level security;
update reader set key_since = joined_at, key_expires_at = key_ends_at;
alter table reader force row level security;
create index reader_by_key_end on reader (key_expires_at)
  where key_warned_at is null and removed_at is null;

-- A notice may also be of the participant's own keys.
alter table notice drop constraint notice_check;
alter table notice add constraint notice_check check (
  (alert_id is not null)::int + (invitation_id is not null)::int
    = case when kind in ('standing_changed', 'appeal_decided', 'terms_published',
      'agreement_answered', 'key_ends', 'key_changed') then 0 else 1 end);

-- As in 0037, looking up one row where that is all it asks (0047), and until when the reader's
-- key is in force.
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
      (extract(epoch from r.key_expires_at) * 1000)::bigint as key_expires_at,
      m.doubted_at is not null as clock_doubted,
      exists (select 1 from platform_incident f
        where f.programme_id = a.programme_id and f.cleared_at is null offset 0) as compromised,
      not exists (select 1 from wrapped_key k
        where k.alert_id = a.id and k.purpose = 'mark' offset 0) as sealed,
      exists (select 1 from word_commitment w
        where w.alert_id = a.id and w.reader_id = r.id offset 0) as committed,
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
