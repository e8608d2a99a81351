-- That a member which owes something for an alert and is silent was reminded: before it was due,
-- and again when it was over. Once each.
create table reminder (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  obligation text not null,
  stage text not null check (stage in ('due', 'overdue')),
  at timestamptz(3) not null,
  primary key (alert_id, participant_id, obligation, stage)
);
alter table reminder enable row level security;
alter table reminder force row level security;
grant select, insert on reminder to tocsin_issuer;
create policy issuer on reminder to tocsin_issuer using (true) with check (true);
