import { canonicalJson, type Json } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import { newId } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import { termsDocument, termsSigningBytes } from '../formats/terms.ts';
import { parseTermsPage, type ShownTerms, type TermsPage } from '../formats/terms-answers.ts';
import { memberApi } from './inbox.ts';
import { signerInForce } from './rotate.ts';
import { loadMember, type Session } from './session.ts';

export type { ShownTerms, TermsPage } from '../formats/terms-answers.ts';

/**
 * The terms of this reader's programmes, each with the hash that the server says: it is computed.
 * @throws INVALID_INPUT where the hash is not of what is shown; as `inbox`.
 */
export async function ownTerms(session: Session): Promise<TermsPage> {
  const api = await memberApi(session);
  const page = parseTermsPage(await api.getJson('/v1/terms'));
  for (const shown of page.items) {
    if (hashOf(shown).toString('hex') === shown.sha256) continue;
    throw new TocsinError(
      'INVALID_INPUT',
      'terms: expected the hash of what is shown, found other',
    );
  }
  return page;
}

function hashOf(shown: ShownTerms): Buffer {
  return sha256(Buffer.from(canonicalJson(termsDocument(shown) as unknown as Json)));
}

/**
 * Signs terms for the reader's organisation, as its officer.
 * @param hash what was read, hex: the server may show others by now.
 * @throws NOT_FOUND where no terms of this hash are shown, and for who is no officer; CONFLICT
 *   while a signature waits to be answered; as `inbox`.
 */
export async function signOwnTerms(session: Session, hash: string): Promise<ShownTerms> {
  const { items } = await ownTerms(session);
  const shown = items.find((each) => each.sha256 === hash);
  if (shown === undefined) {
    throw new TocsinError('NOT_FOUND', 'terms: expected some of this hash, found none: read again');
  }
  const { participant } = await loadMember(session);
  // Else a signature that was refused, or has lapsed, could be handed in again.
  const follows = shown.signed[0]?.agreement ?? null;
  const claim = { terms: shown.terms, participant, sha256: hashOf(shown), follows };
  const signer = await signerInForce(session);
  const signature = signer.sign(termsSigningBytes(claim)).toString('base64');
  const api = await memberApi(session);
  await api.postJson(`/v1/terms/${shown.terms}/signature`, { signature }, newId());
  return shown;
}
