-- What was said beside the plan is signed with it; null: signed before it was.
alter table approval_signature
  add column said_sha256 text check (said_sha256 ~ '^[0-9a-f]{64}$');
