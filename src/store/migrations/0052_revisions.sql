-- An artifact may take the place of another of its alert: that one is given to nobody any more. One
-- has one successor.
alter table artifact add column revises uuid references artifact;
create unique index artifact_revised_once on artifact (revises);
alter table addition add column revises uuid references artifact;
