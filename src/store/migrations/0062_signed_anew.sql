-- After which answered agreement of its participant to the same version a signature was given: the
-- signature is over it too, so that none counts twice. Null: it was the first.
alter table agreement add column follows uuid references agreement;
create unique index agreement_follows on agreement (follows);
