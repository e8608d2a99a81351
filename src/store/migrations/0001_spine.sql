-- The tables of the spine. Instants are timestamptz(3) and always come from the caller: no default
-- reads a clock. Content and titles are ciphertext under the alert's data key (columns *_enc).

create function tocsin_participant_id() returns uuid language sql stable as
  $$ select nullif(current_setting('tocsin.participant', true), '')::uuid $$;

create function tocsin_is_public() returns boolean language sql stable as
  $$ select coalesce(current_setting('tocsin.audience', true), '') = 'public' $$;

-- One row per named value of the installation: issuer identity, wrapped signing keys, bundle hash.
create table setting (
  name text primary key,
  value bytea not null
);

create table clock_mark (
  singleton boolean primary key default true check (singleton),
  high_water timestamptz(3) not null,
  doubted_at timestamptz(3),
  first_confirmation uuid
);

create table programme (
  id uuid primary key,
  name text not null,
  pack text not null,
  reader_cap integer not null check (reader_cap > 0),
  created_at timestamptz(3) not null
);

create table policy_version (
  programme_id uuid not null references programme,
  sha256 text not null,
  files jsonb not null,
  activated_at timestamptz(3) not null,
  active boolean not null,
  primary key (programme_id, sha256)
);
create unique index policy_version_one_active on policy_version (programme_id) where active;

create table person (
  id uuid primary key,
  name text not null,
  created_at timestamptz(3) not null
);

create table participant (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz(3) not null
);

create table enrolment (
  programme_id uuid not null references programme,
  participant_id uuid not null references participant,
  tier text not null,
  standing text not null check (standing in
    ('applicant', 'active', 'restricted', 'suspended', 'removed', 'withdrawn')),
  duty jsonb not null,
  agreement_signed_at timestamptz(3),
  agreement_expires_at timestamptz(3),
  consent_mode text not null check (consent_mode in ('standing', 'per_alert')),
  version integer not null,
  primary key (programme_id, participant_id)
);

create table reader (
  id uuid primary key,
  participant_id uuid not null references participant,
  label text not null,
  invitation_hash bytea unique,
  invitation_expires_at timestamptz(3),
  age_recipient text,
  sign_key bytea,
  fingerprint text,
  joined_at timestamptz(3),
  removed_at timestamptz(3)
);
create index reader_by_participant on reader (participant_id);

create table token (
  id uuid primary key,
  hash bytea not null unique,
  person_id uuid references person,
  reader_id uuid references reader,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  check ((person_id is null) <> (reader_id is null))
);

create table alert (
  id uuid primary key,
  programme_id uuid not null references programme,
  author_id uuid not null references person,
  state text not null check (state in ('draft', 'approved', 'closed')),
  disclosure_at timestamptz(3) not null,
  opens_at jsonb not null,
  tlp text not null,
  use_permissions text[] not null,
  head_enc bytea not null,
  version integer not null,
  created_at timestamptz(3) not null
);
create index alert_by_state on alert (programme_id, state, id);

create table wrapped_key (
  alert_id uuid not null references alert,
  purpose text not null check (purpose in ('data', 'mark')),
  kid text not null,
  wrapped bytea not null,
  primary key (alert_id, purpose)
);

create table artifact (
  id uuid primary key,
  alert_id uuid not null references alert,
  ordinal integer not null,
  kind text not null,
  variant text not null check (variant in ('full', 'reduced')),
  format text not null,
  marking text not null check (marking in ('none', 'canary', 'full')),
  version integer not null,
  reduced_by uuid references artifact,
  source_published_at timestamptz(3),
  head_enc bytea not null,
  content_enc bytea not null,
  slots_enc bytea not null,
  slots integer not null,
  copy_length integer not null,
  unique (alert_id, ordinal)
);

-- The plan that was approved: author and approver are persons, never tokens, and never one person.
create table approval (
  alert_id uuid not null references alert,
  plan_sha256 text not null,
  author_id uuid not null references person,
  approver_id uuid not null references person,
  at timestamptz(3) not null,
  voided_at timestamptz(3),
  primary key (alert_id, plan_sha256),
  check (approver_id <> author_id)
);

create table wave (
  alert_id uuid not null references alert,
  at timestamptz(3) not null,
  state text not null check (state in ('pending', 'running', 'done')),
  cursor uuid,
  allowed integer not null default 0,
  reduced integer not null default 0,
  held integer not null default 0,
  denied integer not null default 0,
  reasons jsonb not null default '{}',
  granted integer not null default 0,
  primary key (alert_id, at)
);
create index wave_open on wave (at) where state <> 'done';

create table release_grant (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  wave_at timestamptz(3) not null,
  granted_at timestamptz(3) not null,
  allowed integer not null,
  reduced integer not null,
  primary key (alert_id, participant_id, wave_at, granted_at)
);
create index release_grant_by_participant on release_grant (participant_id, alert_id);

-- A participant who becomes eligible by the mere passing of time, between waves (an agreement that
-- begins, facts that start to count), is decided again at that instant.
create table redecision (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  at timestamptz(3) not null,
  primary key (alert_id, participant_id, at)
);
create index redecision_due on redecision (at);

create table consent (
  alert_id uuid not null references alert,
  participant_id uuid not null references participant,
  consent text not null check (consent in
    ('no_embargo', 'invited', 'signatory', 'declined', 'lapsed')),
  primary key (alert_id, participant_id)
);

create table publication (
  alert_id uuid not null references alert,
  artifact_id uuid primary key references artifact,
  at timestamptz(3) not null
);

-- The outbox. A notice says that something waits, never what: no alert, no title, no count.
create table notice (
  id uuid primary key,
  participant_id uuid not null references participant,
  kind text not null,
  at timestamptz(3) not null,
  serial bigint generated always as identity
);
create index notice_by_participant on notice (participant_id, serial);

create table word_commitment (
  alert_id uuid not null references alert,
  reader_id uuid not null references reader,
  commitment bytea not null,
  primary key (alert_id, reader_id)
);

-- Written in the transaction that read all it refers to, and never changed: foreign keys would only
-- make every fetch lock the same few parent rows.
create table delivery (
  id uuid primary key,
  alert_id uuid not null,
  artifact_id uuid not null,
  version integer not null,
  participant_id uuid not null,
  reader_id uuid not null,
  event_id uuid not null,
  content_sha256 bytea not null,
  at timestamptz(3) not null
);
create index delivery_by_alert on delivery (alert_id, participant_id, reader_id);

create table receipt (
  delivery_id uuid primary key references delivery,
  participant_id uuid not null references participant,
  manifest_sha256 bytea not null,
  ciphertext_sha256 bytea not null,
  signature bytea not null,
  at timestamptz(3) not null
);

-- What a person at the issuer has to look at: a hold at fetch, with its cause and question.
create table work_item (
  id uuid primary key,
  programme_id uuid not null references programme,
  code text not null,
  alert_id uuid,
  artifact_id uuid,
  participant_id uuid,
  reader_id uuid,
  at timestamptz(3) not null,
  resolved_at timestamptz(3)
);
create unique index work_item_open on work_item
  (programme_id, code, alert_id, artifact_id, reader_id) nulls not distinct
  where resolved_at is null;

-- serial never leaves store/. tick and position are null until the sequencer places the event.
create table event (
  serial bigint generated always as identity primary key,
  id uuid not null,
  at timestamptz(3) not null,
  type text not null,
  programme_id uuid,
  subjects uuid[] not null,
  entry text not null,
  leaf bytea not null,
  issuer_body text,
  issuer_salt bytea,
  participant_id uuid,
  participant_body text,
  participant_salt bytea,
  tick bigint,
  position integer
);
create index event_unplaced on event (serial) where tick is null;
create unique index event_placed on event (tick, position) where tick is not null;
create index event_by_participant on event (participant_id, serial)
  where participant_id is not null;
create index event_by_leaf on event (leaf);

create table tick (
  tick bigint primary key,
  at timestamptz(3) not null,
  root bytea not null,
  tick_key bytea not null,
  events integer not null
);

-- Complete subtrees of the log, RFC 6962: level 0 are leaf hashes.
create table log_node (
  level integer not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

create table checkpoint (
  size bigint primary key,
  at timestamptz(3) not null,
  note text not null
);

create table sighting (
  id uuid primary key,
  programme_id uuid not null references programme,
  opened_by uuid not null references person,
  at timestamptz(3) not null,
  sample_sha256 text not null,
  sample_enc bytea not null
);

create table trace_approval (
  sighting_id uuid primary key references sighting,
  opened_by uuid not null references person,
  approver_id uuid not null references person,
  at timestamptz(3) not null,
  check (approver_id <> opened_by)
);

create table reading (
  sighting_id uuid not null references sighting,
  alert_id uuid not null references alert,
  sha256 text not null,
  reading_enc bytea not null,
  at timestamptz(3) not null,
  primary key (sighting_id, alert_id)
);

create table trace_report (
  sighting_id uuid primary key references sighting,
  look integer not null unique,
  sha256 text not null,
  report_enc bytea not null,
  at timestamptz(3) not null
);

create table idempotency (
  token_id uuid not null references token,
  key text not null,
  request_sha256 text not null,
  status integer,
  response_enc bytea,
  at timestamptz(3) not null,
  primary key (token_id, key)
);
