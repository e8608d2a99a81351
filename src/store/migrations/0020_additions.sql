-- An artifact for an alert under way: proposed by one person, put into the alert by another. Until
-- then it is here and not among the alert's artifacts, so that nothing that reads those can give
-- it to anybody. The id is the artifact's, `ordinal` the number of artifacts it was frozen beside.
create table addition (
  like artifact including constraints,
  primary key (id),
  foreign key (alert_id) references alert,
  foreign key (reduced_by) references artifact,
  commitment text not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  approver_id uuid references person,
  decided_at timestamptz(3),
  check (approver_id <> proposer_id),
  check ((approver_id is null) = (decided_at is null))
);
alter table addition enable row level security;
alter table addition force row level security;
grant select, insert on addition to tocsin_issuer;
-- What was put into the alert is kept there, once.
grant update (content_enc, slots_enc, approver_id, decided_at) on addition to tocsin_issuer;
create policy issuer on addition to tocsin_issuer using (true) with check (true);
