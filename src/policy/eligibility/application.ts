import type { Role, Standing } from '../../domain/enrolment.ts';
import type { ParticipantId, PersonId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Checker } from './section.ts';

/** What was shown for an answer. */
export type Evidence = {
  readonly shownAt: Instant;
  /** Its own end (exclusive), such as a certificate's; null: it has none. */
  readonly expiresAt: Instant | null;
  /** Who looked at it; null: nobody yet. */
  readonly checkedBy: Checker | null;
};

/** An answer, in the form its criterion asks for; in another form it counts as not given. */
export type Said =
  | { readonly form: 'number'; readonly value: number }
  /** For `must_not`: all it does; for `one_of`: the one it does. */
  | { readonly form: 'words'; readonly words: readonly string[] }
  | { readonly form: 'yes'; readonly value: boolean }
  | { readonly form: 'sponsor'; readonly member: ParticipantId; readonly person: PersonId }
  /** The participant whose product it rebuilds; null: nobody's. */
  | { readonly form: 'rebuild'; readonly of: ParticipantId | null }
  /** `notForwarded`: attested that nothing sent there reaches a public tracker or list. */
  | { readonly form: 'address'; readonly address: string; readonly notForwarded: boolean };

/** The answer to one criterion. */
export type Answer = { readonly said: Said; readonly evidence: Evidence | null };

/** A person's decision to admit somebody who fails a criterion. */
export type Exception = { readonly approver: PersonId; readonly reason: string };

/** An application; for a member, what it says and shows at present. */
export type Application = {
  readonly applicant: ParticipantId;
  readonly roles: readonly Role[];
  /** When it was complete for the first time, else when it came: its turn for a seat. */
  readonly since: Instant;
  /** By the criterion's code. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly exceptions: Readonly<Record<string, Exception>>;
};

/** Who is in a programme, and who waits for a seat. */
export type Roll = {
  readonly members: readonly {
    readonly participant: ParticipantId;
    readonly standing: Standing;
    readonly roles: readonly Role[];
  }[];
  /** Complete applications that only lack a seat. */
  readonly waiting: readonly Pick<Application, 'applicant' | 'roles' | 'since'>[];
};
