-- What a receipt is held against, with the round trip that begins its transaction; and the receipt
-- with its event, with the one that ends it. Plans of functions are kept; of texts they are not.
create function tocsin_receipt_facts(p_participant uuid, p_delivery uuid)
returns json language plpgsql volatile as $$
declare
  facts json;
begin
  perform set_config('tocsin.participant', p_participant::text, true);
  select json_build_object(
      'programme', a.programme_id,
      'reader', d.reader_id,
      -- What was reported signs nothing any more.
      'signKey', encode(case when r.key_reported is null then r.sign_key end, 'hex'),
      'pastSignKeys', array(select encode(k, 'hex') from unnest(r.past_sign_keys) as k),
      'manifestSha256', encode(d.manifest_sha256, 'hex'),
      'ciphertextSha256', encode(d.ciphertext_sha256, 'hex'))
    into facts
    from delivery d
      join reader r on r.id = d.reader_id
      left join alert a on a.id = d.alert_id
    where d.id = p_delivery;
  return facts;
end $$;

create function tocsin_record_receipt(p_delivery uuid, p_participant uuid, p_manifest bytea,
  p_ciphertext bytea, p_signature bytea, p_at timestamptz, p_event uuid, p_programme uuid,
  p_subjects uuid[], p_entry text, p_leaf bytea, p_issuer_body text, p_issuer_salt bytea,
  p_participant_body text, p_participant_salt bytea)
returns void language plpgsql volatile as $$
begin
  insert into receipt (delivery_id, participant_id, manifest_sha256, ciphertext_sha256, signature,
      at)
    values (p_delivery, p_participant, p_manifest, p_ciphertext, p_signature, p_at)
    on conflict (delivery_id) do nothing;
  -- A delivery that has its receipt already gets neither: repeating it changes nothing.
  if not found then
    return;
  end if;
  insert into event (id, at, type, programme_id, subjects, entry, leaf, issuer_body, issuer_salt,
      participant_id, participant_body, participant_salt)
    values (p_event, p_at, 'acknowledged', p_programme, p_subjects, p_entry, p_leaf, p_issuer_body,
      p_issuer_salt, p_participant, p_participant_body, p_participant_salt);
end $$;

grant execute on function tocsin_receipt_facts(uuid, uuid) to tocsin_participant;
grant execute on function tocsin_record_receipt(uuid, uuid, bytea, bytea, bytea, timestamptz, uuid,
  uuid, uuid[], text, bytea, text, bytea, text, bytea) to tocsin_participant;
