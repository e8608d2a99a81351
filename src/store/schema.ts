import type { ColumnType, Generated } from 'kysely';
import type { Profile } from '../domain/enrolment.ts';
import type { FindKind, Shipped } from '../domain/find.ts';
import type { Instant } from '../domain/instant.ts';

/** `timestamptz(3)`: read as milliseconds, written as a `Date` made from milliseconds. */
export type At = ColumnType<Instant, Date, Date>;
export type AtOrNull = ColumnType<Instant | null, Date | null, Date | null>;
/** `jsonb`: read parsed, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>;

type ArtifactTable = {
  id: string;
  alert_id: string;
  ordinal: number;
  kind: string;
  variant: string;
  format: string;
  marking: string;
  version: number;
  reduced_by: string | null;
  source_published_at: AtOrNull;
  head_enc: Buffer;
  content_enc: Buffer;
  slots_enc: Buffer;
  slots: number;
  copy_length: number;
};

/** The tables of migrations/, by name. Columns named `*_enc` hold ciphertext. */
export type Database = {
  schema_migration: { version: number; name: string; sha256: string; applied_at: At };
  setting: { name: string; value: Buffer };
  clock_mark: {
    singleton: Generated<boolean>;
    high_water: At;
    doubted_at: AtOrNull;
    first_confirmation: string | null;
    confirmed_at: AtOrNull;
  };
  programme: { id: string; name: string; pack: string; reader_cap: number; created_at: At };
  policy_version: {
    programme_id: string;
    sha256: string;
    files: Json<Record<string, string>>;
    activated_at: At;
    active: boolean;
  };
  policy_proposal: {
    id: string;
    programme_id: string;
    pack: string;
    files: Json<Record<string, string>>;
    sha256: string;
    base_sha256: string;
    facts_sha256: string;
    proposer_id: string;
    proposed_at: At;
    approver_id: string | null;
    decided_at: AtOrNull;
  };
  person: { id: string; name: string; created_at: At };
  participant: { id: string; name: string; created_at: At };
  enrolment: {
    programme_id: string;
    participant_id: string;
    tier: string;
    standing: string;
    duty: Json<unknown>;
    agreement_signed_at: AtOrNull;
    agreement_expires_at: AtOrNull;
    consent_mode: string;
    version: number;
    profile: Json<Profile>;
    doubted: Generated<boolean>;
    standing_since: AtOrNull;
    calendar: string | null;
  };
  obligation_report: {
    alert_id: string;
    participant_id: string;
    reader_id: string;
    code: string;
    says: string;
    at: At;
  };
  reader: {
    id: string;
    participant_id: string;
    label: string;
    invitation_hash: Buffer | null;
    invitation_expires_at: AtOrNull;
    age_recipient: string | null;
    sign_key: Buffer | null;
    fingerprint: string | null;
    joined_at: AtOrNull;
    removed_at: AtOrNull;
  };
  token: {
    id: string;
    hash: Buffer;
    person_id: string | null;
    reader_id: string | null;
    scopes: string[];
    created_at: At;
    revoked_at: AtOrNull;
  };
  alert: {
    id: string;
    programme_id: string;
    author_id: string;
    state: string;
    disclosure_at: At;
    opens_at: Json<Record<string, number>>;
    tlp: string;
    use_permissions: string[];
    head_enc: Buffer;
    version: number;
    created_at: At;
  };
  wrapped_key: { alert_id: string; purpose: string; kid: string; wrapped: Buffer };
  artifact: ArtifactTable;
  addition: ArtifactTable & {
    commitment: string;
    proposer_id: string;
    at: At;
    approver_id: string | null;
    decided_at: AtOrNull;
  };
  alert_author: { alert_id: string; person_id: string };
  approval: {
    alert_id: string;
    plan_sha256: string;
    approver_id: string;
    at: At;
    voided_at: AtOrNull;
  };
  wave: {
    alert_id: string;
    at: At;
    state: string;
    cursor: string | null;
    allowed: Generated<number>;
    reduced: Generated<number>;
    held: Generated<number>;
    denied: Generated<number>;
    reasons: ColumnType<Record<string, number>, string | undefined, string>;
    granted: Generated<number>;
  };
  release_grant: {
    alert_id: string;
    participant_id: string;
    wave_at: At;
    granted_at: At;
    allowed: number;
    reduced: number;
    opened: Buffer | null;
    artifacts: string[] | null;
  };
  redecision: { alert_id: string; participant_id: string; at: At };
  break_glass: {
    alert_id: string;
    actor_id: string;
    reason: string;
    at: At;
    confirm_by: At;
    confirmer_id: string | null;
    confirmed_at: AtOrNull;
    overdue_at: AtOrNull;
  };
  alert_involvement: { alert_id: string; participant_id: string; involvement: string };
  consent: { alert_id: string; participant_id: string; consent: string };
  embargo_invitation: {
    id: string;
    alert_id: string;
    participant_id: string;
    terms_until: At;
    invited_at: At;
    deadline: At;
    answered_at: AtOrNull;
    answer: string | null;
  };
  awareness: { event_id: string; alert_id: string; sealed_at: At; facts_enc: Buffer };
  publication: { alert_id: string; artifact_id: string; at: At };
  platform_incident: {
    id: string;
    programme_id: string;
    declared_by: string;
    declared_at: At;
    cleared_by: string | null;
    confirmed_by: string | null;
    cleared_at: AtOrNull;
  };
  alert_change: {
    id: string;
    alert_id: string;
    change_enc: Buffer;
    proposer_id: string;
    at: At;
    approver_id: string | null;
    decided_at: AtOrNull;
  };
  disclosure_proposal: {
    id: string;
    alert_id: string;
    disclosure_at: At;
    proposer_id: string;
    at: At;
    approver_id: string | null;
    decided_at: AtOrNull;
    kind: Generated<string>;
    due_at: AtOrNull;
    ended: string | null;
  };
  notice: {
    id: string;
    participant_id: string;
    alert_id: string | null;
    invitation_id: string | null;
    kind: string;
    at: At;
    serial: Generated<string>;
    acknowledged_at: ColumnType<Instant | null, Date | undefined, Date>;
  };
  word_commitment: { alert_id: string; reader_id: string; commitment: Buffer };
  delivery: {
    id: string;
    alert_id: string;
    artifact_id: string;
    version: number;
    participant_id: string;
    reader_id: string;
    event_id: string;
    content_sha256: Buffer;
    manifest_sha256: Buffer | null;
    ciphertext_sha256: Buffer | null;
    at: At;
  };
  receipt: {
    delivery_id: string;
    participant_id: string;
    manifest_sha256: Buffer;
    ciphertext_sha256: Buffer;
    signature: Buffer;
    at: At;
  };
  work_item: {
    id: string;
    programme_id: string;
    code: string;
    alert_id: string | null;
    artifact_id: string | null;
    participant_id: string | null;
    reader_id: string | null;
    at: At;
    resolved_at: AtOrNull;
  };
  outside_knowledge: {
    id: string;
    alert_id: string;
    kind: string;
    word: string;
    participant_id: string | null;
    who_enc: Buffer | null;
    since: At;
    recorded_by: string;
    at: At;
  };
  leak_report: {
    id: string;
    alert_id: string;
    participant_id: string;
    reader_id: string;
    noticed_at: At;
    text_enc: Buffer;
    at: At;
  };
  standing_step: {
    id: string;
    programme_id: string;
    participant_id: string;
    from_standing: string;
    to_standing: string;
    form: string;
    reason: string;
    evidence_enc: Buffer | null;
    person_id: string;
    at: At;
    effective_at: AtOrNull;
    confirm_by: AtOrNull;
    overdue_at: AtOrNull;
    serial: Generated<number>;
    decider_id: string | null;
    outcome: string | null;
    decided_at: AtOrNull;
  };
  standing_appeal: {
    step_id: string;
    participant_id: string;
    reader_id: string;
    text_enc: Buffer;
    at: At;
    decider_id: string | null;
    outcome: string | null;
    decided_at: AtOrNull;
  };
  member_contacts: { programme_id: string; participant_id: string; contacts_enc: Buffer };
  member_change: {
    id: string;
    programme_id: string;
    kind: string;
    participant_id: string | null;
    change_enc: Buffer;
    digest: string;
    proposer_id: string;
    at: At;
    decider_id: string | null;
    outcome: string | null;
    decided_at: AtOrNull;
  };
  event: {
    serial: Generated<number>;
    id: string;
    at: At;
    type: string;
    programme_id: string | null;
    subjects: string[];
    entry: string;
    leaf: Buffer;
    issuer_body: string | null;
    issuer_salt: Buffer | null;
    participant_id: string | null;
    participant_body: string | null;
    participant_salt: Buffer | null;
    tick: number | null;
    position: number | null;
  };
  tick: { tick: number; at: At; root: Buffer; tick_key: Buffer; events: number };
  log_node: { level: number; index: number; hash: Buffer };
  checkpoint: { size: number; at: At; note: string };
  sighting: {
    id: string;
    programme_id: string;
    opened_by: string;
    at: At;
    sample_sha256: string;
    sample_enc: Buffer;
  };
  sighting_find: {
    sighting_id: string;
    kind: FindKind;
    place_enc: Buffer;
    found_at: At;
    shipped: Shipped;
    member_id: string | null;
    recorded_by: string;
    at: At;
  };
  trace_approval: { sighting_id: string; opened_by: string; approver_id: string; at: At };
  reading: {
    sighting_id: string;
    alert_id: string;
    sha256: string;
    reading_enc: Buffer;
    at: At;
    read: number;
  };
  evidence_entry: {
    programme_id: string;
    nth: number;
    sighting_id: string;
    alert_id: string;
    list: string;
    adds: number | null;
  };
  trace_report: {
    sighting_id: string;
    look: number;
    sha256: string;
    report_enc: Buffer;
    at: At;
    traced_by: string;
  };
  report_release: { sighting_id: string; traced_by: string; released_by: string; at: At };
  report_reply: {
    id: string;
    serial: Generated<number>;
    sighting_id: string;
    participant_id: string;
    text_sha256: string;
    text_enc: Buffer;
    recorded_by: string;
    at: At;
  };
  idempotency: {
    token_id: string;
    key: string;
    request_mac: string;
    status: number | null;
    response_enc: Buffer | null;
    at: At;
  };
};
