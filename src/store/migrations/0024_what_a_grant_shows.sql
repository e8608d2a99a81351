-- Which artifacts a grant opens, as its participant sees them: the reduced variant in the place of
-- what is withheld. A notice says that something waits only where one of them was not open before.
-- Null: a grant from before, known by its numbers and its digest.
alter table release_grant add column artifacts uuid[];

-- What waits for a second person is looked up often, and is little of what was ever proposed.
create index disclosure_proposal_open on disclosure_proposal (alert_id) where decided_at is null;
create index alert_change_open on alert_change (alert_id) where decided_at is null;
create index addition_open on addition (alert_id) where decided_at is null;
