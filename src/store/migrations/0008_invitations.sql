-- Invitations to keep an alert's embargo. What a participant may see of one is its id, until when
-- silence is asked for, and until when an answer counts: nothing that names the alert.
create table embargo_invitation (
  id uuid primary key,
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  terms_until timestamptz(3) not null,
  invited_at timestamptz(3) not null,
  deadline timestamptz(3) not null,
  answered_at timestamptz(3),
  answer text check (answer in ('accept', 'decline', 'silence', 'overtaken')),
  check ((answered_at is null) = (answer is null)),
  check (deadline > invited_at)
);
create unique index embargo_invitation_open on embargo_invitation (alert_id, participant_id)
  where answer is null;
create index embargo_invitation_due on embargo_invitation (deadline) where answer is null;
create index embargo_invitation_last on embargo_invitation (alert_id, participant_id, invited_at);
create index embargo_invitation_own on embargo_invitation (participant_id) where answer is null;

-- A notice is of an alert or of an invitation, and shown while that is.
alter table notice alter column alert_id drop not null;
alter table notice add column invitation_id uuid references embargo_invitation;
alter table notice add check ((alert_id is null) <> (invitation_id is null));

alter table embargo_invitation enable row level security;
alter table embargo_invitation force row level security;
grant select, insert, update on embargo_invitation to tocsin_issuer;
create policy issuer on embargo_invitation to tocsin_issuer using (true) with check (true);
grant select (id, terms_until, deadline) on embargo_invitation to tocsin_participant;
create policy own_open on embargo_invitation for select to tocsin_participant
  using (participant_id = tocsin_participant_id() and answer is null);
