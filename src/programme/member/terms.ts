/** What members agree to, as the issuer writes it; agreements to it are in `agreements.ts`. */
import { newId } from '../../crypto/random.ts';
import { invalid } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId, TermsId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { MAX_TERMS_LENGTH, MAX_VALID_DAYS, type TermsText } from '../../domain/terms.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { readersOf } from '../../store/participant-reader.ts';
import { putOfficer, type StoredTerms, termsOf } from '../../store/terms-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';
import { hashOfTerms, nextVersion, type ProposedTerms } from './publish-terms.ts';

export type { StoredTerms } from '../../store/terms-store.ts';

/** Terms as somebody writes them: the version is counted. */
export type StatedTerms = Omit<TermsText, 'version'> & Pick<ProposedTerms, 'signBy'>;

/**
 * Proposes the next version of a programme's terms; published when a second person confirms it.
 * @param stated.signBy by when members have to have signed it, whatever they signed before.
 */
export async function proposeTerms(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { signBy, ...stated }: StatedTerms,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ terms: TermsId; version: number; sha256: string; proposal: Waiting }> {
  checkText(stated.text);
  if (stated.validDays < 1 || stated.validDays > MAX_VALID_DAYS) {
    throw invalid('validDays', `1 to ${MAX_VALID_DAYS}`, stated.validDays);
  }
  if (signBy !== null && signBy <= now) throw invalid('signBy', 'an instant to come', signBy);
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const content = { version: await nextVersion(tx, programme), ...stated };
    const terms = newId<TermsId>();
    const change = { kind: 'terms', participant: null, terms, content, signBy } as const;
    const proposal = await proposeMemberChange(context, tx, caller, programme, change, now);
    const { version } = content;
    return { terms, version, sha256: hashOfTerms(programme, content), proposal };
  });
}

/** Anything invisible could make a signer read another text than the hash is over. */
const HIDDEN = /[^\P{C}\n\t]/u;

function checkText(text: string): void {
  if (text.trim() === '' || text.length > MAX_TERMS_LENGTH) {
    throw invalid('text', `1 to ${MAX_TERMS_LENGTH} characters`, text.length);
  }
  if (HIDDEN.test(text)) throw invalid('text', 'lines ended by LF, nothing invisible', 'others');
}

/** The versions of a programme's terms, newest first. */
export async function readTerms(context: Context, programme: ProgrammeId): Promise<StoredTerms[]> {
  return context.store.issuer((tx) => termsOf(tx, programme));
}

/** Proposes that a reader's signature binds its organisation. */
export async function proposeOfficer(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { participant, reader }: { readonly participant: ParticipantId; readonly reader: ReaderId },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    const found = (await readersOf(tx, participant)).find(({ id }) => id === reader);
    if (!found) throw invalid('reader', 'one of this participant', reader);
    const change = { kind: 'officer', participant, reader, label: found.label } as const;
    return { proposal: await proposeMemberChange(context, tx, caller, programme, change, now) };
  });
}

/** Ends that it does: by one person. What it has signed stays signed. */
export async function endOfficer(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  whose: { readonly participant: ParticipantId; readonly reader: ReaderId },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ ended: boolean }> {
  return once(context, key, now, async (tx) => {
    const act = { programme, actor: actorOf(caller), at: now };
    return { ended: await putOfficer(tx, act, whose, false) };
  });
}
