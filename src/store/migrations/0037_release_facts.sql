-- A release reads the log's head with its facts, one plan to start instead of two for every fetch;
-- besides, what stands in for unknown facts, and whether the mark key is sealed: no copy is made
-- without it.
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

drop function tocsin_log_head();
