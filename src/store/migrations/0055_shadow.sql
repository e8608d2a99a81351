-- What a policy in shadow would have granted. The participants' login sees nothing of it.
create table shadow_grant (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  wave_at timestamptz(3) not null,
  at timestamptz(3) not null,
  artifacts uuid[] not null,
  primary key (alert_id, participant_id, wave_at)
);
alter table shadow_grant enable row level security;
alter table shadow_grant force row level security;
grant select, insert on shadow_grant to tocsin_issuer;
create policy issuer on shadow_grant to tocsin_issuer using (true) with check (true);
