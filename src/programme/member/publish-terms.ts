import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import type { AgreementFacts } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { ProgrammeId, TermsId } from '../../domain/ids.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { SignBy, TermsText } from '../../domain/terms.ts';
import { termsDocument } from '../../formats/terms.ts';
import type { Tx } from '../../store/database.ts';
import { insertTerms, termsAgainst, termsOf } from '../../store/terms-store.ts';

/** Terms as somebody proposes them. */
export type ProposedTerms = {
  readonly terms: TermsId;
  readonly content: TermsText;
  readonly signBy: SignBy;
};

/** What is signed: SHA-256, hex, over all that the terms say. */
export function hashOfTerms(programme: ProgrammeId, content: TermsText): string {
  const document = termsDocument({ programme, ...content });
  return sha256Hex(Buffer.from(canonicalJson(document as unknown as Json)));
}

/** The version that comes next. */
export async function nextVersion(tx: Tx, programme: ProgrammeId): Promise<number> {
  return ((await termsOf(tx, programme))[0]?.version ?? 0) + 1;
}

/**
 * Publishes terms, for good. The caller holds the exclusive release lock.
 * @throws CONFLICT where another version came first, or the time to sign has passed.
 */
export async function publishTerms(
  tx: Tx,
  act: Parameters<typeof insertTerms>[1],
  { terms: id, content, signBy }: ProposedTerms,
): Promise<void> {
  if ((await nextVersion(tx, act.programme)) !== content.version) {
    throw new TocsinError('CONFLICT', 'terms: expected the next version, found one overtaken');
  }
  if (signBy !== null && signBy <= act.at) {
    throw new TocsinError('CONFLICT', 'signBy: expected an instant to come, found one past');
  }
  const sha256 = hashOfTerms(act.programme, content);
  await insertTerms(tx, act, { id, ...content, sha256, signBy });
}

/**
 * What was signed before terms were published is no agreement to them, on paper neither.
 * @throws INVALID_INPUT for an agreement that runs past the instant by which they are to be signed.
 */
export async function checkAgreement(
  tx: Tx,
  programme: ProgrammeId,
  agreement: AgreementFacts,
): Promise<void> {
  const against = await termsAgainst(tx, programme, agreement);
  if (against === null || agreement === null) return;
  const { version, signBy } = against;
  throw invalid(
    'enrolment.agreement.expiresAt',
    `at most ${formatInstant(signBy)}, by when version ${version} of the terms is to be signed`,
    formatInstant(agreement.expiresAt),
  );
}
