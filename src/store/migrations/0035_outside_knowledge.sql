-- Copies that went out by other channels, and who knew of an alert without being a participant:
-- both belong to whatever says who held it.
create table outside_knowledge (
  id uuid primary key,
  alert_id uuid not null references alert,
  kind text not null check (kind in ('delivery', 'knowledge')),
  word text not null,
  participant_id uuid references participant,
  who_enc bytea,
  since timestamptz(3) not null,
  recorded_by uuid not null references person,
  at timestamptz(3) not null,
  check ((kind = 'delivery') = (participant_id is not null)),
  check ((kind = 'knowledge') = (who_enc is not null))
);
create index outside_knowledge_of on outside_knowledge (alert_id, since);
alter table outside_knowledge enable row level security;
alter table outside_knowledge force row level security;
grant select, insert on outside_knowledge to tocsin_issuer;
create policy issuer on outside_knowledge to tocsin_issuer using (true) with check (true);
