import { invalid } from './errors.ts';

declare const idBrand: unique symbol;

/**
 * A random UUIDv4 that names one thing of kind `K`. Ids are random so that they tell nothing of
 * number or order.
 */
export type Id<K extends string> = string & { readonly [idBrand]: K };

/** A programme of the issuer. */
export type ProgrammeId = Id<'programme'>;
/** A person of the issuer. */
export type PersonId = Id<'person'>;
/** A participating organisation. */
export type ParticipantId = Id<'participant'>;
/** A person or machine of a participant; stable, whatever keys it has. */
export type ReaderId = Id<'reader'>;
/** An alert. */
export type AlertId = Id<'alert'>;
/** An artifact of an alert; what revises it is another. */
export type ArtifactId = Id<'artifact'>;
/** One copy handed out. */
export type DeliveryId = Id<'delivery'>;
/** One event of the ledger. */
export type EventId = Id<'event'>;
/** A sample that turned up somewhere. */
export type SightingId = Id<'sighting'>;
/** What a participant said to a report. */
export type ReplyId = Id<'reply'>;
/** A policy that somebody proposes. */
export type ProposalId = Id<'proposal'>;
/** Another T0 that somebody proposes. */
export type MoveId = Id<'move'>;
/** A change of an alert that somebody proposes. */
export type ChangeId = Id<'change'>;
/** A change about participants that somebody proposes. */
export type MemberChangeId = Id<'member_change'>;
/** A step of a participant's standing. */
export type StepId = Id<'step'>;
/** What a participant says of an artifact that it has tried. */
export type FeedbackId = Id<'feedback'>;
/** What somebody writes about an alert. */
export type MessageId = Id<'message'>;
/** What a member states of itself. */
export type StatementId = Id<'statement'>;
/** An organisation's application to a programme. */
export type ApplicationId = Id<'application'>;
/** A version of a programme's terms. */
export type TermsId = Id<'terms'>;
/** A signature under terms, with the issuer's answer. */
export type AgreementId = Id<'agreement'>;
/** Somebody's look at a participant. */
export type ReviewId = Id<'review'>;
export type LeakId = Id<'leak'>;
export type KnowledgeId = Id<'knowledge'>;
/** A custody of mark keys, proposed or in force. */
export type CustodyId = Id<'custody'>;
/** Another form of the second person that somebody proposes. */
export type FormChangeId = Id<'form_change'>;
/** What one person has announced. */
export type AnnouncedId = Id<'announced'>;
/** A notice in the outbox. */
export type NoticeId = Id<'notice'>;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Parses a lower-case UUIDv4. @throws INVALID_INPUT naming `field`. */
export function parseId<K extends string>(text: unknown, field: string): Id<K> {
  if (typeof text !== 'string' || !UUID_V4.test(text)) {
    throw invalid(field, 'a lower-case UUIDv4', text);
  }
  return text as Id<K>;
}

/** Whether `text` has the form of an id; for look-ups where a malformed id is simply unknown. */
export function isId(text: string): boolean {
  return UUID_V4.test(text);
}
