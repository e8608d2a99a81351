-- What a reader is to its participant. An administrator invites others and ends their access; a
-- machine fetches and acknowledges. Whoever of those there are joined first is the administrator.
alter table reader add column role text not null default 'reader'
  check (role in ('administrator', 'reader', 'machine'));
alter table reader no force row level security;
update reader set role = 'administrator' where id in (
  select distinct on (participant_id) id from reader
  where joined_at is not null and removed_at is null
  order by participant_id, key_reported is not null, joined_at, id);
alter table reader force row level security;

-- A notice may also be of who the participant's readers are.
alter table notice drop constraint notice_check;
alter table notice add constraint notice_check check (
  (alert_id is not null)::int + (invitation_id is not null)::int
    = case when kind in ('standing_changed', 'appeal_decided', 'terms_published',
      'agreement_answered', 'key_ends', 'key_changed', 'readers_changed') then 0 else 1 end);
