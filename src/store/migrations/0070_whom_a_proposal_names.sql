-- Whom a proposal names where its row names nobody: a list of members, what stands in for facts of
-- several, what a participant is to an alert. What it says is encrypted; who stands on the side of
-- one of them neither decides nor vetoes it.
create table proposal_names (
  proposal_id uuid not null,
  participant_id uuid not null references participant,
  primary key (proposal_id, participant_id)
);
alter table proposal_names enable row level security;
alter table proposal_names force row level security;
grant select, insert on proposal_names to tocsin_issuer;
create policy issuer on proposal_names to tocsin_issuer using (true) with check (true);
