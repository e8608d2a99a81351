-- Everything a release to one reader depends on besides the artifacts, as one JSON row; none when
-- the reader, its enrolment in the alert's programme, or the alert is not visible. Names the
-- participant for the rest of the transaction and takes the shared release lock first. Volatile:
-- the statement after the lock sees what was committed while it waited.
create function tocsin_release_facts(p_participant uuid, p_alert uuid, p_reader uuid)
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
      e.tier, e.standing, e.duty, e.consent_mode,
      (extract(epoch from e.agreement_signed_at) * 1000)::bigint as agreement_signed_at,
      (extract(epoch from e.agreement_expires_at) * 1000)::bigint as agreement_expires_at,
      c.consent, r.age_recipient, r.fingerprint, p.sha256 as policy,
      exists (select 1 from clock_mark m where m.doubted_at is not null) as doubted,
      exists (select 1 from word_commitment w where w.alert_id = a.id and w.reader_id = r.id)
        as committed
    from alert a
    join reader r on r.id = p_reader
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = r.participant_id
    join policy_version p on p.programme_id = a.programme_id and p.active
    left join consent c on c.alert_id = a.id and c.participant_id = r.participant_id
    where a.id = p_alert and a.state <> 'draft' and r.removed_at is null) as facts);
end $$;

-- Row-level security. Owner and issuer have policies of their own; the participant login sees
-- rows only inside a transaction that named its participant, and of those only its own.
do $$
declare t text;
begin
  for t in select tablename from pg_tables where schemaname = 'public'
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    if t = 'schema_migration' then
      -- FORCE binds the owner too; the migrator needs its own list and nothing else.
      execute format('create policy migrator on %I to %I using (true) with check (true)', t,
        current_user);
    else
      execute format('grant select, insert, update, delete on %I to tocsin_issuer', t);
      execute format(
        'create policy issuer on %I to tocsin_issuer using (true) with check (true)', t);
    end if;
  end loop;
end $$;

-- What is committed to the ledger is never rewritten, by nobody who only holds the issuer's login.
revoke update, delete on event, tick, log_node, checkpoint, delivery, receipt, trace_report,
  reading, word_commitment from tocsin_issuer;
grant update (tick, position, issuer_body, issuer_salt, participant_body, participant_salt)
  on event to tocsin_issuer;

grant select on programme, policy_version, enrolment, reader, alert, artifact, wrapped_key,
  release_grant, consent, publication, notice, word_commitment, delivery, receipt, clock_mark
  to tocsin_participant;
grant select (id, name) on participant to tocsin_participant;
grant select (id, at, entry, leaf, participant_id, participant_body, participant_salt, tick,
    position)
  on event to tocsin_participant;
grant insert on delivery, receipt, word_commitment, work_item, event to tocsin_participant;

create policy own on participant for select to tocsin_participant
  using (id = tocsin_participant_id());
create policy own on enrolment for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own on reader for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own on release_grant for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own on consent for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own on notice for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own on delivery for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own_insert on delivery for insert to tocsin_participant
  with check (participant_id = tocsin_participant_id());
create policy own on receipt for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own_insert on receipt for insert to tocsin_participant
  with check (participant_id = tocsin_participant_id());
create policy own_insert on work_item for insert to tocsin_participant
  with check (participant_id = tocsin_participant_id());
create policy own on event for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
create policy own_insert on event for insert to tocsin_participant
  with check (tocsin_participant_id() is not null
    and (participant_id is null or participant_id = tocsin_participant_id()));

create policy own on programme for select to tocsin_participant
  using (tocsin_is_public() or exists (select 1 from enrolment e
    where e.programme_id = programme.id and e.participant_id = tocsin_participant_id()));
create policy own on policy_version for select to tocsin_participant
  using (tocsin_is_public() or exists (select 1 from enrolment e
    where e.programme_id = policy_version.programme_id
      and e.participant_id = tocsin_participant_id()));
create policy granted on alert for select to tocsin_participant
  using (exists (select 1 from release_grant g
      where g.alert_id = alert.id and g.participant_id = tocsin_participant_id())
    or (tocsin_is_public() and exists (select 1 from publication p where p.alert_id = alert.id)));
create policy granted on artifact for select to tocsin_participant
  using (exists (select 1 from release_grant g
      where g.alert_id = artifact.alert_id and g.participant_id = tocsin_participant_id())
    or (tocsin_is_public()
      and exists (select 1 from publication p where p.artifact_id = artifact.id)));
create policy granted on wrapped_key for select to tocsin_participant
  using (exists (select 1 from release_grant g
      where g.alert_id = wrapped_key.alert_id and g.participant_id = tocsin_participant_id())
    or (tocsin_is_public() and purpose = 'data'
      and exists (select 1 from publication p where p.alert_id = wrapped_key.alert_id)));
create policy granted on publication for select to tocsin_participant using (tocsin_is_public());
create policy own on word_commitment for select to tocsin_participant
  using (exists (select 1 from reader r
    where r.id = word_commitment.reader_id and r.participant_id = tocsin_participant_id()));
create policy own_insert on word_commitment for insert to tocsin_participant
  with check (exists (select 1 from reader r
    where r.id = word_commitment.reader_id and r.participant_id = tocsin_participant_id()));
create policy clock on clock_mark for select to tocsin_participant
  using (tocsin_is_public() or tocsin_participant_id() is not null);
