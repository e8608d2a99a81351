import type { Contact } from '../../domain/contact.ts';
import type { AgreementFacts, ConsentMode, DutyFacts, Role } from '../../domain/enrolment.ts';
import type { Instant } from '../../domain/instant.ts';

/** What is wrong with a row, and where. */
export type RowProblem = { readonly column: string; readonly message: string };

/** What a list says of a member; what it does not say is absent. */
export type ListedFacts = {
  readonly tier?: string;
  readonly consentMode?: ConsentMode;
  readonly agreement?: AgreementFacts;
  readonly duty?: DutyFacts;
  readonly roles?: readonly Role[];
  readonly products?: readonly string[];
  readonly criteria: Readonly<Record<string, Instant>>;
};

/** An organisation as a list has it. */
export type ListedMember = {
  /** Lines of the file, or keys of the ring, counted from 1. */
  readonly rows: readonly number[];
  /** Null: the list has addresses only, and the domain stands for the organisation. */
  readonly name: string | null;
  readonly contacts: readonly Contact[];
  readonly facts: ListedFacts;
  readonly problems: readonly RowProblem[];
};

/** More rows than any list of members has. */
export const MAX_ROWS = 5_000;
