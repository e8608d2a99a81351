-- A reader keeps its id, and so its marks, while its keys change. The keys that come wait here
-- until they are taken up; what was sealed before is acknowledged with the signing keys of then.
alter table reader add column next_recipient text;
alter table reader add column next_sign_key bytea;
alter table reader add column next_fingerprint text;
alter table reader add column next_key_ends_at timestamptz(3);
alter table reader add column next_from timestamptz(3);
alter table reader add check ((next_from is null) = (next_recipient is null)
  and (next_from is null) = (next_sign_key is null)
  and (next_from is null) = (next_fingerprint is null));
alter table reader add column key_reported text check (key_reported in ('lost', 'stolen'));
alter table reader add column past_sign_keys bytea[] not null default '{}';
create index reader_by_next_key on reader (next_from) where next_from is not null;
