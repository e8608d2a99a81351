-- What a reader received, as its receipt names it. Deliveries from before have neither hash; every
-- new one has both.
alter table delivery
  add column manifest_sha256 bytea,
  add column ciphertext_sha256 bytea,
  add constraint delivery_hashes
    check (manifest_sha256 is not null and ciphertext_sha256 is not null) not valid;
