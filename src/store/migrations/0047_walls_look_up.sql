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
