-- What else a release decision depends on: what evidence shows of a participant, and whether its
-- confidentiality is in doubt.
alter table enrolment
  add column profile jsonb not null default
    '{"roles":[],"products":[],"criteria":{},"addenda":[],"maxEmbargoMs":null}',
  add column doubted boolean not null default false;

-- What a participant is to one alert; without a row, nothing in particular.
create table alert_involvement (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  involvement text not null check (involvement in ('none', 'reporter', 'upstream', 'conflicted')),
  primary key (alert_id, participant_id)
);
alter table alert_involvement enable row level security;
alter table alert_involvement force row level security;
grant select, insert, update on alert_involvement to tocsin_issuer;
create policy issuer on alert_involvement to tocsin_issuer using (true) with check (true);
grant select on alert_involvement to tocsin_participant;
create policy own on alert_involvement for select to tocsin_participant
  using (participant_id = tocsin_participant_id());

-- Publication by one person, to be confirmed by another: the act is done when it is recorded here.
create table break_glass (
  alert_id uuid primary key references alert,
  actor_id uuid not null references person,
  reason text not null,
  at timestamptz(3) not null,
  confirm_by timestamptz(3) not null,
  confirmer_id uuid references person,
  confirmed_at timestamptz(3),
  check (confirmer_id <> actor_id),
  check ((confirmer_id is null) = (confirmed_at is null))
);
alter table break_glass enable row level security;
alter table break_glass force row level security;
grant select, insert on break_glass to tocsin_issuer;
grant update (confirmer_id, confirmed_at) on break_glass to tocsin_issuer;
create policy issuer on break_glass to tocsin_issuer using (true) with check (true);

-- As in 0002, with the new facts.
create or replace function tocsin_release_facts(p_participant uuid, p_alert uuid, p_reader uuid)
returns json language plpgsql volatile as $$
begin
  perform set_config('tocsin.participant', p_participant::text, true);
  perform pg_advisory_xact_lock_shared(hashtextextended(a.programme_id::text, 1))
    from alert a where a.id = p_alert;
  -- Not visible yet, so nothing was locked: what a grant shows a moment later is not for this one.
  if not found then return null; end if;
  return (select row_to_json(facts) from (
    select a.id, a.programme_id, a.author_id, a.state, a.opens_at, a.tlp, a.use_permissions,
      a.version,
      (extract(epoch from a.disclosure_at) * 1000)::bigint as disclosure_at,
      encode(a.head_enc, 'base64') as head_enc,
      e.tier, e.standing, e.duty, e.consent_mode, e.profile, e.doubted,
      (extract(epoch from e.agreement_signed_at) * 1000)::bigint as agreement_signed_at,
      (extract(epoch from e.agreement_expires_at) * 1000)::bigint as agreement_expires_at,
      c.consent, i.involvement, r.age_recipient, r.fingerprint, p.sha256 as policy,
      exists (select 1 from clock_mark m where m.doubted_at is not null) as clock_doubted,
      exists (select 1 from word_commitment w where w.alert_id = a.id and w.reader_id = r.id)
        as committed
    from alert a
    join reader r on r.id = p_reader
    join enrolment e on e.programme_id = a.programme_id and e.participant_id = r.participant_id
    join policy_version p on p.programme_id = a.programme_id and p.active
    left join consent c on c.alert_id = a.id and c.participant_id = r.participant_id
    left join alert_involvement i on i.alert_id = a.id and i.participant_id = r.participant_id
    where a.id = p_alert and a.state <> 'draft' and r.removed_at is null) as facts);
end $$;
