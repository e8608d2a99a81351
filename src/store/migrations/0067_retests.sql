-- That a participant said something of an artifact, and when, tells it what it still has to try
-- again. What it said stays the issuer's.
grant select (artifact_id, participant_id, at) on feedback to tocsin_participant;
create policy own on feedback for select to tocsin_participant
  using (participant_id = tocsin_participant_id());
