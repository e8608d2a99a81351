-- An OpenPGP key says itself when it ends.
alter table reader add column key_ends_at timestamptz(3);
