-- A delivery with its events in one call, so that a fetch can send it together with its COMMIT: a
-- statement in one text with others is planned anew each time, what a function does is not.
create function tocsin_record_delivery(p_delivery json) returns void language plpgsql volatile as $$
begin
  insert into event (id, at, type, programme_id, subjects, entry, leaf, issuer_body, issuer_salt,
      participant_id, participant_body, participant_salt)
    select id, at, type, programme, subjects, entry, decode(leaf, 'hex'), ib, decode("is", 'hex'),
      participant, pb, decode(ps, 'hex')
    from json_to_recordset(p_delivery -> 'events') as r (id uuid, at timestamptz(3), type text,
      programme uuid, subjects uuid[], entry text, leaf text, ib text, "is" text,
      participant uuid, pb text, ps text);
  insert into delivery (id, alert_id, artifact_id, version, participant_id, reader_id, event_id,
      content_sha256, manifest_sha256, ciphertext_sha256, at)
    select id, alert, artifact, version, participant, reader, event, decode(content, 'hex'),
      decode(manifest, 'hex'), decode(ciphertext, 'hex'), at
    from json_to_record(p_delivery) as r (id uuid, alert uuid, artifact uuid, version integer,
      participant uuid, reader uuid, event uuid, content text, manifest text, ciphertext text,
      at timestamptz(3));
end $$;

grant execute on function tocsin_record_delivery(json) to tocsin_participant;
