import { canonicalJson } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, LeakId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type LeakReport, parseLeakReport } from '../../policy/duties/leak-report.ts';
import { alertById } from '../../store/alert-reader.ts';
import { readerFactsOf } from '../../store/delivery-reader.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { insertLeak, type LeakRow, leaksOf } from '../../store/leak-store.ts';
import { obligationRows } from '../../store/obligation-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import { requireNoSideIn } from '../affiliations.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import { openCase } from './serve-copy.ts';

/** A report as somebody of the issuer reads it. */
export type Leak = Omit<LeakRow, 'textEnc'> & { readonly report: LeakReport };

/**
 * A participant reports a leak of its own: what got out, to whom, and what keeps it from happening
 * again. It is kept encrypted, a hash of it goes into the ledger, and a question on the issuer's
 * list. Taken from whoever sees the alert and from whoever has a copy, also when it is out of the
 * programme by now: it is told of leaks that nobody should be kept from telling.
 * @throws INVALID_INPUT for an answer that is missing, and a leak noticed in the future; NOT_FOUND
 *   for an alert of which the participant has and sees nothing.
 */
export async function reportLeak(
  context: Context,
  caller: ReaderCaller,
  said: { readonly alert: AlertId; readonly noticedAt: Instant; readonly report: LeakReport },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ leak: LeakId }> {
  const { alert: id, noticedAt } = said;
  const text = canonicalJson({ ...parseLeakReport(said.report) });
  if (noticedAt > now) throw invalid('noticedAt', 'a time that has come', noticedAt);
  return once(context, key, now, async (tx) => {
    const { participant, id: reader } = caller;
    const facts = (await readerFactsOf(tx, { participant, reader }, [id])).get(id) ?? null;
    const [row] = await obligationRows(tx, id, participant);
    const sees = (await openCase(context, tx, facts, now))?.visible === true;
    if (facts === null || !(sees || (row && row.receivedAt !== null))) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const leak = newId<LeakId>();
    const textEnc = encryptColumn(context.keys.sightings, rowOf(leak), Buffer.from(text));
    const act = { programme: facts.alert.programme, actor: actorOf(caller), at: now };
    const stored = { id: leak, participant, reader, noticedAt, textEnc };
    await insertLeak(tx, act, id, stored, sha256Hex(Buffer.from(text)));
    return { leak };
  });
}

/** The leaks that participants reported of an alert, oldest first. @throws NOT_FOUND */
export async function readLeaks(
  context: Context,
  caller: PersonCaller,
  id: AlertId,
): Promise<Leak[]> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    await requireNoSideIn(tx, caller.id, alert.programme);
    return (await leaksOf(tx, id)).map(({ textEnc, ...row }) => {
      const text = decryptColumn(context.keys.sightings, rowOf(row.id), textEnc).toString();
      return { ...row, report: parseLeakReport(JSON.parse(text)) };
    });
  });
}

function rowOf(leak: LeakId): string {
  return `leak_report/${leak}`;
}
