-- A release reads the log's head with its facts: one plan to start instead of two, for every fetch.
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
      m.doubted_at is not null as clock_doubted,
      exists (select 1 from platform_incident f
        where f.programme_id = a.programme_id and f.cleared_at is null) as compromised,
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

-- A delivery with its event, in values and not in JSON: that was lexed four times over for each.
drop function tocsin_record_delivery(json);
create function tocsin_record_delivery(p_id uuid, p_alert uuid, p_artifact uuid, p_version integer,
  p_participant uuid, p_reader uuid, p_content bytea, p_manifest bytea, p_ciphertext bytea,
  p_at timestamptz, p_event uuid, p_programme uuid, p_subjects uuid[], p_entry text, p_leaf bytea,
  p_issuer_body text, p_issuer_salt bytea, p_participant_body text, p_participant_salt bytea)
returns void language plpgsql volatile as $$
begin
  insert into event (id, at, type, programme_id, subjects, entry, leaf, issuer_body, issuer_salt,
      participant_id, participant_body, participant_salt)
    values (p_event, p_at, 'delivered', p_programme, p_subjects, p_entry, p_leaf, p_issuer_body,
      p_issuer_salt, p_participant, p_participant_body, p_participant_salt);
  insert into delivery (id, alert_id, artifact_id, version, participant_id, reader_id, event_id,
      content_sha256, manifest_sha256, ciphertext_sha256, at)
    values (p_id, p_alert, p_artifact, p_version, p_participant, p_reader, p_event, p_content,
      p_manifest, p_ciphertext, p_at);
end $$;

grant execute on function tocsin_record_delivery(uuid, uuid, uuid, integer, uuid, uuid, bytea,
  bytea, bytea, timestamptz, uuid, uuid, uuid[], text, bytea, text, bytea, text, bytea)
  to tocsin_participant;
