import { canonicalJson } from '../../crypto/canonical.ts';
import { lp, sha256Hex } from '../../crypto/hash.ts';
import { randomBytes } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, EventId } from '../../domain/ids.ts';
import { formatInstant, type Instant, instant } from '../../domain/instant.ts';
import { REGULATORS, type Regulator } from '../../domain/regulator.ts';
import { type Duty, dutiesOn } from '../../policy/duties/duties-on.ts';
import type { Awareness, Matter, MatterKind } from '../../policy/duties/regulators.ts';
import { finalTextDueAt } from '../../policy/timing/dues.ts';
import { alertById } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import {
  type AwarenessRow,
  awarenessOf,
  insertAwareness,
  milestonesOf,
} from '../../store/duty-store.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { leaksOf } from '../../store/leak-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { type AlertKeys, decryptFor, encryptFor } from '../keyring.ts';
import { readHead } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';

/** What becoming aware means under each law, for an alert. */
const MATTER: Readonly<Record<Regulator, MatterKind>> = {
  cra: 'exploited_vulnerability',
  nis2: 'significant_incident',
  rmsv: 'known_vulnerability',
};

type Sealed = { readonly regime: Regulator; readonly at: Instant };

/** Without it, a hash over a time and a word would tell both to whoever tries them all. */
const SALT_BYTES = 32;

/**
 * Seals when somebody of the issuer became aware of what a law asks to report. Clocks start there,
 * and the ledger keeps it from being set later: what is sealed afterwards can only be earlier.
 * @throws INVALID_INPUT for an instant to come, and for a law that the pack does not name.
 */
export async function sealAwareness(
  context: Context,
  caller: PersonCaller,
  { alert, at, regime }: Sealed & { readonly alert: AlertId },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ event: EventId; hash: string }> {
  if (at > now) throw invalid('at', 'an instant that has come', formatInstant(at));
  return once(context, key, now, async (tx) => {
    const known = await alertById(tx, alert);
    if (!known) throw unknownAlert();
    const { duties } = await context.policies.active(tx, known.programme);
    if (!duties.regulators.includes(regime)) {
      const named = duties.regulators.join(', ') || 'none';
      throw invalid('regime', `one of the pack's duties.regulators (${named})`, regime);
    }
    const keys = await context.keys.alert(tx, alert);
    const salt = randomBytes(SALT_BYTES).toString('hex');
    const text = canonicalJson({ v: 1, alert, regime, at, salt });
    const hash = hashOf(text);
    const act = { programme: known.programme, actor: actorOf(caller), at: now };
    const event = await insertAwareness(tx, act, { alert, hash }, (id) =>
      encryptFor(keys, awarenessRow(id), Buffer.from(text)),
    );
    return { event, hash };
  });
}

/** What is owed because of an alert, earliest due first: by the pack, and by law once sealed. */
export async function readDuties(
  context: Context,
  id: AlertId,
  now: Instant,
): Promise<readonly Duty[]> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const { duties, timing } = await context.policies.active(tx, alert.programme);
    const { firstGrantAt, ...happened } = await milestonesOf(tx, id);
    const { facts, dates } = await readHead(context, tx, alert);
    const { events } = facts;
    const { disclosureAt } = alert.schedule;
    return dutiesOn(
      duties,
      {
        ...happened,
        alert: id,
        disclosureAt,
        acceptedAt: firstGrantAt,
        endedEarlyAt: events.publicAt,
        matters: await mattersOf(context, tx, id, events.fixReadyAt),
        finalTextDueAt: timing && finalTextDueAt(timing, disclosureAt, timing.calendars),
        finalTextAt: dates.finalTextAt,
        preAnnouncedAt: dates.preAnnouncedAt,
        // No verb records this yet.
        withdrawnAt: null,
        ownLeaks: await leaksOf(tx, id),
      },
      now,
    );
  });
}

/** One matter for each law of which an awareness was sealed. */
async function mattersOf(
  context: Context,
  tx: Tx,
  alert: AlertId,
  measureAt: Instant | null,
): Promise<Matter[]> {
  const rows = await awarenessOf(tx, alert);
  if (rows.length === 0) return [];
  const keys = await context.keys.alert(tx, alert);
  const sealed = rows.map((row) => ({ ...unseal(keys, row), sealedIn: row.event }));
  return REGULATORS.flatMap((regime): Matter[] => {
    const [first, ...more]: Awareness[] = sealed.filter((each) => each.regime === regime);
    if (first === undefined) return [];
    const awareness = [first, ...more] as const;
    return [{ kind: MATTER[regime], awareness, measureAt, submitted: {} }];
  });
}

/** @throws LEDGER_TAMPERED when it is not what the event's hash was taken over. */
function unseal(keys: AlertKeys, { event, factsEnc, hash }: AwarenessRow): Sealed {
  const text = decryptFor(keys, awarenessRow(event), factsEnc).toString();
  if (hashOf(text) !== hash) {
    throw new TocsinError(
      'LEDGER_TAMPERED',
      `awareness ${event}: expected what its event in the ledger commits to, found another text`,
    );
  }
  const { regime, at } = JSON.parse(text) as Sealed;
  return { regime, at: instant(at) };
}

function hashOf(text: string): string {
  return sha256Hex(lp('tocsin/awareness/v1'), Buffer.from(text));
}

function awarenessRow(event: EventId): string {
  return `awareness/${event}`;
}
