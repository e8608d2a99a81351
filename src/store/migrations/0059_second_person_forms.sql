-- In which form an act takes its second person, chosen by two persons always. The last choice of an
-- act that was confirmed is in force.
create table second_person_change (
  id uuid primary key,
  programme_id uuid not null references programme,
  act text not null,
  form text not null check (form in ('two_persons', 'one_then_veto', 'one_then_confirm')),
  hours integer check (hours between 1 and 336),
  digest text not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  decider_id uuid references person,
  outcome text check (outcome in ('confirmed', 'refused', 'lapsed')),
  decided_at timestamptz(3),
  -- Counts those confirmed: the clock may be put back.
  nth integer,
  check ((hours is null) = (form = 'two_persons')),
  check ((outcome is null) = (decided_at is null)),
  check ((decider_id is null) = (outcome is null or outcome = 'lapsed')),
  check (decider_id <> proposer_id or outcome = 'refused'),
  check ((nth is not null) = (outcome is not distinct from 'confirmed')),
  unique (programme_id, nth),
  unique (id, programme_id, act, form)
);
alter table second_person_change enable row level security;
alter table second_person_change force row level security;
grant select, insert on second_person_change to tocsin_issuer;
grant update (decider_id, outcome, decided_at, nth) on second_person_change to tocsin_issuer;
create policy issuer on second_person_change to tocsin_issuer using (true) with check (true);

-- What one person has announced, in force at a stated time unless somebody vetoes: a proposal by
-- its id, or the approval of an alert's plan. It rests on the choice of two persons.
create table announced_act (
  id uuid primary key,
  programme_id uuid not null references programme,
  act text not null,
  form text not null check (form = 'one_then_veto'),
  chosen_by uuid not null,
  -- The alert whose plan it approves; else `id`.
  subject_id uuid not null,
  digest text not null,
  proposer_id uuid not null references person,
  at timestamptz(3) not null,
  takes_effect_at timestamptz(3) not null,
  vetoed_by uuid references person,
  outcome text check (outcome in ('took_effect', 'decided', 'vetoed', 'void', 'lapsed')),
  ended_at timestamptz(3),
  foreign key (chosen_by, programme_id, act, form)
    references second_person_change (id, programme_id, act, form),
  check (takes_effect_at >= at + interval '1 hour'),
  check ((outcome is null) = (ended_at is null)),
  check ((vetoed_by is not null) = (outcome is not distinct from 'vetoed')),
  check (outcome <> 'took_effect' or ended_at >= takes_effect_at)
);
create index announced_act_due on announced_act (takes_effect_at) where ended_at is null;
create index announced_act_of on announced_act (subject_id) where ended_at is null;
alter table announced_act enable row level security;
alter table announced_act force row level security;
grant select, insert on announced_act to tocsin_issuer;
grant update (vetoed_by, outcome, ended_at) on announced_act to tocsin_issuer;
create policy issuer on announced_act to tocsin_issuer using (true) with check (true);

-- A proposal of somebody whose access has ended lapses. `ended`: how it was decided other than by
-- approval. Without an approver it is approved by its wait alone, which a trigger below demands.
alter table alert_change
  add column ended text check (ended = 'lapsed'),
  drop constraint alert_change_check1,
  add check (approver_id is null or (decided_at is not null and ended is null)),
  add check (ended is null or decided_at is not null);
grant update (ended) on alert_change to tocsin_issuer;
alter table policy_proposal
  add column ended text check (ended = 'lapsed'),
  drop constraint policy_proposal_check1,
  add check (approver_id is null or (decided_at is not null and ended is null)),
  add check (ended is null or decided_at is not null);
alter table addition
  add column ended text check (ended = 'lapsed'),
  drop constraint addition_check1,
  add check (approver_id is null or (decided_at is not null and ended is null)),
  add check (ended is null or decided_at is not null);
grant update (ended) on addition to tocsin_issuer;
alter table disclosure_proposal
  drop constraint disclosure_proposal_ended_check,
  add constraint disclosure_proposal_ended_check
    check (ended in ('silence', 'refused', 'overtaken', 'lapsed')),
  drop constraint disclosure_proposal_check1,
  add check (approver_id is null or decided_at is not null),
  add check (ended is null or decided_at is not null),
  add check (ended <> 'silence' or kind = 'compress');
alter table member_change
  drop constraint member_change_outcome_check,
  add constraint member_change_outcome_check check (outcome in ('confirmed', 'refused', 'lapsed')),
  drop constraint member_change_check1,
  add check (decider_id is null or outcome is not null),
  add check (outcome <> 'refused' or decider_id is not null),
  add check (outcome <> 'lapsed' or decider_id is null);
alter table standing_step
  drop constraint standing_step_outcome_check,
  add constraint standing_step_outcome_check
    check (outcome in ('confirmed', 'refused', 'superseded', 'lapsed')),
  drop constraint standing_step_check1,
  add check (decider_id is null or outcome is not null),
  add check (outcome <> 'refused' or decider_id is not null),
  add check (outcome not in ('superseded', 'lapsed') or decider_id is null),
  -- What is in force is confirmed by a person, and does not lapse.
  add check (form = 'two_persons' or decider_id is not null
    or outcome is null or outcome = 'superseded');
alter table recovery
  drop constraint recovery_outcome_check,
  add constraint recovery_outcome_check check (outcome in ('confirmed', 'refused', 'lapsed')),
  drop constraint recovery_check2,
  add check ((decider_id is null) = (outcome is null or outcome = 'lapsed'));
alter table custody
  add column lapsed_at timestamptz(3),
  add check (lapsed_at is null or accepted_at is null);
grant update (lapsed_at) on custody to tocsin_issuer;

-- Nothing is approved or confirmed without a person, save what was announced, at the end of its
-- wait. However a proposal is decided, it is announced no longer.
create function tocsin_concluded() returns trigger language plpgsql volatile as $$
declare
  decided jsonb := to_jsonb(new);
  person text := coalesce(decided ->> 'approver_id', decided ->> 'decider_id');
  how text := coalesce(decided ->> 'outcome', decided ->> 'ended', 'confirmed');
  waited boolean := person is null and how = 'confirmed';
begin
  if waited and not exists (select 1 from announced_act a where a.id = new.id
      and (a.ended_at is null and a.takes_effect_at <= new.decided_at
        or a.outcome = 'took_effect' and a.ended_at = new.decided_at)) then
    raise exception 'nobody confirmed it, and no wait has ended' using errcode = 'TS2ND';
  end if;
  update announced_act set ended_at = new.decided_at, outcome = case
      when waited then 'took_effect' when how = 'lapsed' then 'lapsed' else 'decided' end
    where id = new.id and ended_at is null;
  return new;
end $$;
create trigger concluded before insert or update on alert_change
  for each row when (new.decided_at is not null) execute function tocsin_concluded();
create trigger concluded before insert or update on policy_proposal
  for each row when (new.decided_at is not null) execute function tocsin_concluded();
create trigger concluded before insert or update on addition
  for each row when (new.decided_at is not null) execute function tocsin_concluded();
create trigger concluded before insert or update on disclosure_proposal
  for each row when (new.decided_at is not null) execute function tocsin_concluded();
create trigger concluded before insert or update on member_change
  for each row when (new.decided_at is not null) execute function tocsin_concluded();
create trigger concluded before insert or update on standing_step
  for each row when (new.decided_at is not null) execute function tocsin_concluded();

-- The same of an alert's approval: without an approver it is what was announced for this very plan.
alter table approval alter column approver_id drop not null;
create or replace function tocsin_second_person() returns trigger language plpgsql volatile as $$
begin
  -- A new author's foreign key holds the alert's key until it commits: this waits for it, and the
  -- next statement sees it.
  perform 1 from alert where id = new.alert_id for update;
  if new.approver_id is null then
    update announced_act set ended_at = new.at, outcome = 'took_effect'
      where act = 'alert_approval' and subject_id = new.alert_id and digest = new.plan_sha256
        and ended_at is null and takes_effect_at <= new.at;
    -- Of an upsert this runs twice.
    if not found and not exists (select 1 from announced_act
        where act = 'alert_approval' and subject_id = new.alert_id and digest = new.plan_sha256
          and outcome = 'took_effect' and ended_at = new.at) then
      raise exception 'nobody approved it, and no wait has ended' using errcode = 'TS2ND';
    end if;
  elsif exists (select 1 from alert_author a
      where a.alert_id = new.alert_id and a.person_id = new.approver_id) then
    raise exception 'the approver is an author' using errcode = 'TS2ND';
  end if;
  update announced_act set ended_at = new.at, outcome = 'decided'
    where act = 'alert_approval' and subject_id = new.alert_id and ended_at is null;
  return new;
end $$;
