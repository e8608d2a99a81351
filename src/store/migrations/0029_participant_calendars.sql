-- By which calendar of the policy a participant's holidays are kept: a name, or none.
alter table enrolment add column calendar text;
