-- What a participant is to an alert names the alert: its login sees that no earlier than the alert.
drop policy own on consent;
create policy own on consent for select to tocsin_participant
  using (participant_id = tocsin_participant_id()
    and exists (select 1 from release_grant g where g.alert_id = consent.alert_id
      and g.participant_id = tocsin_participant_id()));
drop policy own on alert_involvement;
create policy own on alert_involvement for select to tocsin_participant
  using (participant_id = tocsin_participant_id()
    and exists (select 1 from release_grant g where g.alert_id = alert_involvement.alert_id
      and g.participant_id = tocsin_participant_id()));

-- What the clock said when the first of two persons confirmed it.
alter table clock_mark add column confirmed_at timestamptz(3);
