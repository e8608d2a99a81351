-- What a reader received, as its receipt names it. Deliveries from before have neither hash; every
-- new one has both.
alter table delivery
  add column manifest_sha256 bytea,
  add column ciphertext_sha256 bytea,
  add constraint delivery_hashes
    check (manifest_sha256 is not null and ciphertext_sha256 is not null) not valid;

-- The log's checkpoints are public.
grant select on checkpoint to tocsin_participant;
create policy log on checkpoint for select to tocsin_participant
  using (tocsin_is_public() or tocsin_participant_id() is not null);

-- The log as whoever releases must know it: its size, and the latest time that it or the clock's
-- high-water mark has seen, in milliseconds. Volatile: it sees what was committed while the release
-- waited for its lock.
create function tocsin_log_head() returns json language plpgsql volatile as $$
declare log record;
begin
  select size, at into log from checkpoint order by size desc limit 1;
  return json_build_object(
    'size', coalesce(log.size, 0),
    'at', (extract(epoch from greatest(log.at, (select high_water from clock_mark)))
      * 1000)::bigint);
end $$;
