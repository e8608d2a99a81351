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
