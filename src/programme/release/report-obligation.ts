import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  MAX_PRODUCT,
  meets,
  REPORTABLE,
  type ReportableCode,
  type ReportWord,
} from '../../domain/obligation.ts';
import { readerFactsOf } from '../../store/delivery-reader.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { insertReport, type ObligationRow, obligationRows } from '../../store/obligation-store.ts';
import { actorOf, once, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { type AlertKeys, decryptFor, encryptFor } from '../keyring.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { obligationsFrom } from './obligations-of-copy.ts';
import { openCase } from './serve-copy.ts';

/** What a reader reports for its participant. */
export type Report = {
  readonly alert: AlertId;
  readonly obligation: ReportableCode;
  readonly says: ReportWord;
  /** The product that it is said of; null: of all. */
  readonly product: string | null;
};

/**
 * Takes a participant's word by which it meets an obligation, of one product or of all. The same
 * word of the same again changes nothing; another one is kept beside the first, whose time counts.
 * Who is out can still say that it has given up its copies, and nothing else: the alert itself is
 * unknown to it.
 * @throws INVALID_INPUT for a word of another obligation; NOT_FOUND for an obligation that the
 * participant does not have, whatever the cause; CLOCK_DOUBT.
 */
export async function reportObligation(
  context: Context,
  caller: ReaderCaller,
  { alert: id, obligation: code, says, product }: Report,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ reported: boolean }> {
  const words: readonly ReportWord[] = REPORTABLE[code];
  if (!words.includes(says)) throw invalid('says', `one of ${words.join(', ')}`, says);
  if (product !== null && (product.trim() === '' || product.length > MAX_PRODUCT)) {
    throw invalid('product', `1 to ${MAX_PRODUCT} characters`, `${product.length}`);
  }
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const to = { participant: caller.participant, reader: caller.id };
    const facts = (await readerFactsOf(tx, to, [id])).get(id) ?? null;
    const [row] = await obligationRows(tx, id, caller.participant);
    if (facts === null || row === undefined) throw unknown();
    const { alert } = facts;
    const policy = await context.policies.active(tx, alert.programme);
    const owed = obligationsFrom(policy, alert, row, now).find((each) => each.code === code);
    const visible = (await openCase(context, tx, facts, now))?.visible === true;
    const asked = owed !== undefined && owed.state !== 'binding';
    if (!asked || (code !== 'return_copies' && !visible)) throw unknown();
    const keys = await context.keys.alert(tx, id);
    const last = row.reports.findLast(
      (each) => each.code === code && productOf(keys, each) === product,
    );
    const isNew = last?.says !== says || (owed.doneAt === null && meets(says));
    if (isNew) {
      const { participant } = caller;
      const act = { programme: alert.programme, actor: actorOf(caller), at: now };
      const own = newId();
      const productEnc =
        product === null ? null : encryptFor(keys, rowOf(own), Buffer.from(product));
      const said = { id: own, code, says, productEnc };
      await insertReport(tx, act, { alert: id, participant, reader: caller.id, ...said });
    }
    return { reported: isNew };
  });
}

/** The product that a report is about; null: of all. */
export function productOf(
  keys: AlertKeys,
  { id, product }: ObligationRow['reports'][number],
): string | null {
  if (product === null || id === null) return null;
  return decryptFor(keys, rowOf(id), Buffer.from(product, 'base64')).toString();
}

function rowOf(id: string): string {
  return `obligation_report/${id}`;
}

function unknown(): TocsinError {
  return new TocsinError('NOT_FOUND', 'expected something known to the caller');
}
