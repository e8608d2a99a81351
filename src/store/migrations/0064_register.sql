-- Whether anybody may read who is in a programme, and who was suspended or removed.
alter table programme add column register text not null default 'none'
  check (register in ('none', 'members', 'sanctions'));
