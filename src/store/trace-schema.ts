import type { Generated } from 'kysely';
import type { FeedbackWord } from '../domain/feedback.ts';
import type { FindKind, Shipped } from '../domain/find.ts';
import type { MessageAudience } from '../domain/message.ts';
import type { At, AtOrNull } from './column-types.ts';

/** The tables of finds, of who had what of an alert, and of custody of mark keys, by name. */
export type TraceTables = {
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
  shadow_grant: {
    alert_id: string;
    participant_id: string;
    wave_at: At;
    at: At;
    artifacts: string[];
  };
  feedback: {
    id: string;
    alert_id: string;
    artifact_id: string;
    participant_id: string;
    reader_id: string;
    says: FeedbackWord;
    text_enc: Buffer | null;
    at: At;
    serial: Generated<number>;
  };
  message: {
    id: string;
    alert_id: string;
    product: string | null;
    person_id: string | null;
    participant_id: string | null;
    reader_id: string | null;
    audience: MessageAudience;
    to_participant: string | null;
    text_enc: Buffer;
    at: At;
    serial: Generated<number>;
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
  custody: {
    id: string;
    programme_id: string;
    after_days: number;
    first_person: string;
    first_recipient: string;
    at: At;
    second_person: string | null;
    second_recipient: string | null;
    accepted_at: AtOrNull;
    serial: Generated<number>;
    lapsed_at: AtOrNull;
  };
  sealed_mark_key: {
    alert_id: string;
    custody_id: string;
    first_half: Buffer;
    first_name: string;
    second_half: Buffer;
    second_name: string;
    frozen_enc: Buffer | null;
    frozen_to: number;
    at: At;
  };
  brought_half: {
    alert_id: string;
    sighting_id: string;
    nth: number;
    person_id: string;
    half_enc: Buffer;
    at: At;
  };
};
