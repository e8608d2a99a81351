import type { ColumnType, Generated } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { At, AtOrNull, Json } from './column-types.ts';
import type { MemberTables } from './member-schema.ts';
import type { SecondPersonTables } from './second-person-schema.ts';
import type { SignedInBy, SignInTables } from './sign-in-schema.ts';
import type { TraceTables } from './trace-schema.ts';

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
  revises: string | null;
  source_published_at: AtOrNull;
  head_enc: Buffer;
  content_enc: Buffer;
  slots_enc: Buffer;
  slots: number;
  copy_length: number;
};

/** The tables of migrations/, by name. Columns named `*_enc` hold ciphertext. */
export type Database = MemberTables &
  SecondPersonTables &
  TraceTables &
  SignInTables & {
    schema_migration: { version: number; name: string; sha256: string; applied_at: At };
    setting: { name: string; value: Buffer };
    clock_mark: {
      singleton: Generated<boolean>;
      high_water: At;
      doubted_at: AtOrNull;
      first_confirmation: string | null;
      confirmed_at: AtOrNull;
    };
    programme: {
      id: string;
      name: string;
      pack: string;
      reader_cap: number;
      created_at: At;
      key_max_age_days: number | null;
      register: Generated<string>;
      signed_approvals: Generated<boolean>;
      signed_requests: Generated<boolean>;
    };
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
      ended: string | null;
    };
    person: { id: string; name: string; created_at: At; scopes: Generated<string[]> };
    obligation_report: {
      alert_id: string;
      participant_id: string;
      reader_id: string;
      code: string;
      says: string;
      at: At;
      id: string | null;
      product_enc: Buffer | null;
    };
    token: {
      id: string;
      hash: Buffer;
      person_id: string | null;
      reader_id: string | null;
      scopes: string[];
      created_at: At;
      revoked_at: AtOrNull;
      kind: Generated<'api' | 'session'>;
      label: string | null;
      expires_at: AtOrNull;
      used_at: AtOrNull;
      signed_in_by: SignedInBy | null;
      verified_at: AtOrNull;
      passkey_since: AtOrNull;
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
      ended: string | null;
    };
    alert_author: { alert_id: string; person_id: string };
    approval: {
      alert_id: string;
      plan_sha256: string;
      approver_id: string | null;
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
      ended: string | null;
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
    idempotency: {
      token_id: string;
      key: string;
      request_mac: string;
      status: number | null;
      response_enc: Buffer | null;
      at: At;
    };
  };
