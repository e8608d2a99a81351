-- What a grant opened, as a digest: as many artifacts as before may be others. Null: a grant from
-- before, known by its numbers alone.
alter table release_grant add column opened bytea;
