-- A wall asks for one row, and is to look up that one: of EXISTS alone the planner may make a hash
-- table of all a participant was ever granted, and of every word and mark key there is, for each
-- fetch. OFFSET keeps it from that.
alter policy own on programme
  using (tocsin_is_public() or exists (select 1 from enrolment e
    where e.programme_id = programme.id and e.participant_id = tocsin_participant_id() offset 0));
alter policy own on policy_version
  using (tocsin_is_public() or exists (select 1 from enrolment e
    where e.programme_id = policy_version.programme_id
      and e.participant_id = tocsin_participant_id() offset 0));
alter policy granted on alert
  using (exists (select 1 from release_grant g
      where g.alert_id = alert.id and g.participant_id = tocsin_participant_id() offset 0)
    or (tocsin_is_public()
      and exists (select 1 from publication p where p.alert_id = alert.id offset 0)));
alter policy granted on artifact
  using (exists (select 1 from release_grant g
      where g.alert_id = artifact.alert_id and g.participant_id = tocsin_participant_id() offset 0)
    or (tocsin_is_public()
      and exists (select 1 from publication p where p.artifact_id = artifact.id offset 0)));
alter policy granted on wrapped_key
  using (exists (select 1 from release_grant g
      where g.alert_id = wrapped_key.alert_id
        and g.participant_id = tocsin_participant_id() offset 0)
    or (tocsin_is_public() and purpose = 'data'
      and exists (select 1 from publication p where p.alert_id = wrapped_key.alert_id offset 0)));
alter policy own on word_commitment
  using (exists (select 1 from reader r
    where r.id = word_commitment.reader_id
      and r.participant_id = tocsin_participant_id() offset 0));
alter policy own_insert on word_commitment
  with check (exists (select 1 from reader r
    where r.id = word_commitment.reader_id
      and r.participant_id = tocsin_participant_id() offset 0));
alter policy own on consent
  using (participant_id = tocsin_participant_id()
    and exists (select 1 from release_grant g where g.alert_id = consent.alert_id
      and g.participant_id = tocsin_participant_id() offset 0));
alter policy own on alert_involvement
  using (participant_id = tocsin_participant_id()
    and exists (select 1 from release_grant g where g.alert_id = alert_involvement.alert_id
      and g.participant_id = tocsin_participant_id() offset 0));

-- As in 0037.
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
