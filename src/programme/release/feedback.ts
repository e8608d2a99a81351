import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { FeedbackDetails, FeedbackWord } from '../../domain/feedback.ts';
import type { AlertId, ArtifactId, FeedbackId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { alertById } from '../../store/alert-reader.ts';
import { readerFactsOf } from '../../store/delivery-reader.ts';
import {
  type FeedbackCount,
  type FeedbackRow,
  feedbackCounts,
  feedbackOf,
  hasCopyOf,
  insertFeedback,
} from '../../store/feedback-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { actorOf, once, type ReaderCaller } from '../act.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import { decryptFor, encryptFor } from '../keyring.ts';
import { openCase } from './serve-copy.ts';

/** What a reader says for its participant of an artifact that it has tried. */
export type Feedback = FeedbackDetails & {
  readonly alert: AlertId;
  readonly artifact: ArtifactId;
  readonly says: FeedbackWord;
};

/** The same as somebody of the issuer reads it. */
export type FeedbackView = Omit<FeedbackRow, 'textEnc'> & FeedbackDetails;

const MAX_RULE = 200;
const MAX_NOTE = 4_000;
/** In one answer, newest first; all are counted. */
const MAX_LISTED = 1_000;

/**
 * Takes what a participant found when it tried an artifact, of which it must have a copy: also of
 * one that was revised since. Kept encrypted like the artifact itself, a hash in the ledger; what
 * does not work is a question on the issuer's list.
 * @throws INVALID_INPUT for details that are too long; NOT_FOUND for an alert that the caller does
 *   not see now, and for an artifact of which its participant has no copy.
 */
export async function giveFeedback(
  context: Context,
  caller: ReaderCaller,
  given: Feedback,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ feedback: FeedbackId }> {
  requireShort('rule', given.rule, MAX_RULE);
  requireShort('note', given.note, MAX_NOTE);
  const { alert, artifact, says, rule, note } = given;
  return once(context, key, now, async (tx) => {
    const { participant, id: reader } = caller;
    const facts = (await readerFactsOf(tx, { participant, reader }, [alert])).get(alert) ?? null;
    const sees = (await openCase(context, tx, facts, now))?.visible === true;
    if (facts === null || !sees || !(await hasCopyOf(tx, participant, { alert, artifact }))) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const id = newId<FeedbackId>();
    const keys = await context.keys.alert(tx, alert);
    const details = rule === null && note === null ? null : canonicalJson({ rule, note });
    const bytes = details === null ? null : Buffer.from(details);
    const textEnc = bytes && encryptFor(keys, rowOf(id), bytes);
    const act = { programme: facts.alert.programme, actor: actorOf(caller), at: now };
    const row = { id, artifact, participant, reader, says, textEnc };
    await insertFeedback(tx, act, alert, row, bytes && sha256Hex(bytes));
    return { feedback: id };
  });
}

/**
 * What participants said of the artifacts of an alert: how many said what last, and what each said,
 * newest first. @throws NOT_FOUND
 */
export async function readFeedback(
  context: Context,
  alert: AlertId,
): Promise<{ counts: readonly FeedbackCount[]; items: readonly FeedbackView[] }> {
  return context.store.issuer(async (tx) => {
    if (!(await alertById(tx, alert))) throw unknownAlert();
    const keys = await context.keys.alert(tx, alert);
    const rows = await feedbackOf(tx, alert, MAX_LISTED);
    const items = rows.map(({ textEnc, ...row }): FeedbackView => {
      if (textEnc === null) return { ...row, rule: null, note: null };
      const text = decryptFor(keys, rowOf(row.id), textEnc).toString();
      return { ...row, ...(JSON.parse(text) as FeedbackDetails) };
    });
    return { counts: await feedbackCounts(tx, alert), items };
  });
}

function requireShort(field: string, text: string | null, most: number): void {
  if (text === null || (text.trim() !== '' && text.length <= most)) return;
  throw invalid(field, `1 to ${most} characters, or none`, text);
}

function rowOf(feedback: FeedbackId): string {
  return `feedback/${feedback}`;
}
