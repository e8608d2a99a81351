import { sha256 } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { sealTo } from '../../crypto/seal-to.ts';
import type { UsePermission } from '../../domain/artifact.ts';
import type { Decision, ReasonCode } from '../../domain/decision.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId, DeliveryId } from '../../domain/ids.ts';
import { type Instant, instant, plus } from '../../domain/instant.ts';
import { type Manifest, packCopy } from '../../formats/copy.ts';
import { promiseBytes } from '../../ledger/promise.ts';
import type { Policy } from '../../policy/policy.ts';
import type { AlertRow, ArtifactRow } from '../../store/alert-reader.ts';
import { certainUntil } from '../../store/clock-store.ts';
import type { Closing, Tx } from '../../store/database.ts';
import { type LogHead, type ReaderFacts, readerFactsFrom } from '../../store/delivery-reader.ts';
import {
  deliveryRecord,
  insertWordCommitment,
  insertWorkItem,
} from '../../store/delivery-writer.ts';
import { insertEvents, type PreparedEvent, prepareEvent } from '../../store/event-writer.ts';
import { actorOf, type ReaderCaller } from '../act.ts';
import { readHead } from '../alert/alert-head.ts';
import { causeOf, decideAll, seenIn } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { requireSize, requireSoundLedger } from '../ledger/guard-ledger.ts';
import { type Rendering, renderFor, wordCommitment } from '../render-shelf.ts';
import { hasEnded, keyEnded } from './key-in-force.ts';
import { obligationsOfCopy } from './obligations-of-copy.ts';
import { permissionsOfCopy, termsOfCopy } from './use-of-copy.ts';

/** A sealed copy, ready to be sent. */
export type ServedCopy = {
  readonly delivery: DeliveryId;
  readonly artifact: ArtifactId;
  readonly bytes: Buffer;
  /** Whether it is of a drill. */
  readonly drill: boolean;
};

type Served =
  | ({ readonly outcome: 'served' } & ServedCopy)
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'held' };

const UNKNOWN: Closing<Served> = { value: { outcome: 'unknown' }, last: null };
const HELD: Closing<Served> = { value: { outcome: 'held' }, last: null };
const EXPIRED: Closing<Served> = { value: { outcome: 'expired' }, last: null };

/**
 * Serves one artifact to one reader, or nothing. Check and act are one transaction under the
 * release lock: facts, decision, marking, sealing, delivery and event commit together or not at
 * all. Nothing leaves before the commit; if its answer is lost, an event without a copy remains,
 * never a copy without an event.
 * @throws NOT_FOUND for what the caller may not know of, whatever the cause, in equal bytes.
 * @throws NOT_AVAILABLE when a visible alert's artifact is held; the cause is on the issuer's list.
 *   And of every artifact once the alert's mark key is sealed.
 * @throws KEY_EXPIRED for what is open, where the caller's own key is in force no longer.
 * @throws LEDGER_ROLLBACK, LEDGER_TAMPERED before anything is looked up, for whatever is asked.
 */
export async function serveCopy(
  context: Context,
  caller: ReaderCaller,
  request: { readonly alert: AlertId; readonly artifact: ArtifactId },
  now: Instant,
): Promise<ServedCopy> {
  const to = { participant: caller.participant, reader: caller.id, alert: request.alert };
  requireSoundLedger(context);
  const { known } = context.ledger;
  const served = await context.store.release(to, async (tx, read) => {
    const facts = readerFactsFrom(read);
    if (facts) requireSize(context, known, facts.log);
    const work = await openCase(context, tx, facts, now);
    if (!work) return UNKNOWN;
    const times = timesOf(context, work.reader.log, now);
    return serve(context, tx, caller, work, request.artifact, times);
  });
  switch (served.outcome) {
    case 'served':
      await context.reached('fetch.committed');
      return served;
    case 'expired':
      throw keyEnded();
    case 'held':
      throw new TocsinError('NOT_AVAILABLE', 'this artifact is not available at the moment');
    case 'unknown':
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
  }
}

/**
 * An alert as one reader may be told of it at `now`: facts read and everything decided, under the
 * lock.
 */
export type ReaderCase = {
  readonly alert: AlertRow;
  readonly drill: boolean;
  readonly artifacts: readonly ArtifactRow[];
  readonly policy: Policy;
  readonly reader: ReaderFacts;
  /**
   * Artifacts the caller may have now, reduced variants in place of full ones. Empty under a clock
   * doubt.
   */
  readonly open: ReadonlySet<ArtifactId>;
  /** Artifacts that wait for a person's decision, with the cause. What is in neither is unknown. */
  readonly held: ReadonlyMap<ArtifactId, ReasonCode>;
  /** Whether anything of the alert is due to the caller: until then it does not exist for it. */
  readonly visible: boolean;
};

/**
 * Decides everything of an alert for one reader, from facts that were read under the release lock.
 */
export async function openCase(
  context: Context,
  tx: Tx,
  reader: ReaderFacts | null,
  now: Instant,
): Promise<ReaderCase | null> {
  if (!reader) return null;
  const { alert, clockDoubted } = reader;
  const artifacts = await context.renders.artifacts(tx, alert);
  const policy = await context.policies.get(tx, alert.programme, reader.policySha256);
  // Also what was granted before the policy went into shadow: nothing is sent.
  if (policy.shadow) return null;
  // At a doubtful time nothing is given. What was open when the time was last certain is held, as
  // the caller knows of it; whatever else the doubtful clock would open stays unknown.
  const at = clockDoubted ? await certainUntil(tx) : now;
  const { mode, facts: vulnerability } = await readHead(context, tx, alert);
  // Nothing of a rehearsal is ever granted, so nobody asks for it; if somebody did, there is none.
  if (mode === 'rehearsal') return null;
  const drill = mode === 'drill';
  const about = { alert, artifacts, vulnerability, platform: reader.platform };
  const decisions = decideAll(policy, about, reader, reader.relation, at);
  const open = seenIn(artifacts, decisions);
  const held = heldArtifacts(artifacts, decisions);
  const visible = open.size > 0;
  if (!clockDoubted) return { alert, drill, artifacts, policy, reader, open, held, visible };
  for (const id of open) held.set(id, 'CLOCK_DOUBT');
  return { alert, drill, artifacts, policy, reader, open: new Set(), held, visible };
}

function heldArtifacts(
  artifacts: readonly ArtifactRow[],
  decisions: readonly Decision[],
): Map<ArtifactId, ReasonCode> {
  const held = new Map<ArtifactId, ReasonCode>();
  for (const [index, artifact] of artifacts.entries()) {
    const decision = decisions[index];
    if (decision?.outcome === 'hold') held.set(artifact.id, causeOf(decision));
  }
  return held;
}

/** When a copy is issued, and by when its delivery is promised to be in the ledger. */
type Times = { readonly now: Instant; readonly by: Instant };

/**
 * The commit may just miss the tick under way, so the promise reaches to the one after the next. It
 * counts from the latest time that the log or the clock's high-water mark has seen: after a clock
 * was put back the log's time is ahead of ours, and the next tick is later than the last one. Where
 * more events came than a tick takes, this one waits for its turn behind what was left over.
 */
function timesOf({ tickMs, ledger }: Context, log: LogHead, now: Instant): Times {
  const ticks = 2 + ledger.backlog;
  return { now, by: plus(instant(Math.max(now, log.at ?? now)), ticks * tickMs) };
}

async function serve(
  context: Context,
  tx: Tx,
  caller: ReaderCaller,
  work: ReaderCase,
  requested: ArtifactId,
  times: Times,
): Promise<Closing<Served>> {
  const asked = work.artifacts.find((artifact) => artifact.id === requested);
  if (!asked) return UNKNOWN;
  await context.reached('fetch.decided');
  if (work.open.has(asked.id)) {
    // Nothing to decide, so no question to the issuer: nobody gets a copy any more.
    if (work.reader.sealed) return HELD;
    if (hasEnded(work.reader, times.now)) return EXPIRED;
    return copyFor(context, tx, caller, work, asked, times);
  }
  const cause = work.held.get(asked.id);
  if (!cause) return UNKNOWN;
  await recordHold(tx, caller, work, asked, cause, times.now);
  return work.visible ? HELD : UNKNOWN;
}

async function copyFor(
  context: Context,
  tx: Tx,
  caller: ReaderCaller,
  work: ReaderCase,
  artifact: ArtifactRow,
  { now, by }: Times,
): Promise<Closing<Served>> {
  const rendered = await render(context, tx, caller, work, artifact);
  if (!rendered) {
    // Never served unmarked: the issuer gets the question, the reader an answer without cause.
    await recordHold(tx, caller, work, artifact, 'MARK_FAILED', now);
    return HELD;
  }
  const { rendering, content, commitment } = rendered;
  await context.reached('fetch.marked');

  if (commitment && (await insertWordCommitment(tx, work.alert.id, caller.id, commitment))) {
    await insertEvents(tx, [wordEvent(work, caller, commitment, now)]);
  }
  const delivery = newId<DeliveryId>();
  const contentSha256 = sha256(content);
  const delivered = deliveredEvent(work, caller, artifact, delivery, contentSha256, now);

  const manifest = manifestFor(context, work, caller, artifact, rendering, {
    delivery,
    contentSha256,
    leaf: delivered.leaf,
    usePermissions: await permissionsOfCopy(tx, work, artifact, caller.participant, now),
    obligations: await obligationsOfCopy(tx, work, caller.participant, now),
    now,
    by,
  });
  const { plaintext, manifestJson } = packCopy({
    manifest,
    sign: (claims) => context.keys.manifest.sign(claims),
    content,
    length: artifact.copyLength,
  });
  const sealing = sealTo(work.reader.recipient, plaintext);
  const bytes = sealing instanceof Promise ? await sealing : sealing;
  await context.reached('fetch.sealed');
  const row = {
    id: delivery,
    alert: work.alert.id,
    artifact: artifact.id,
    version: artifact.version,
    participant: caller.participant,
    reader: caller.id,
    contentSha256,
    manifestSha256: sha256(Buffer.from(manifestJson)),
    ciphertextSha256: sha256(bytes),
    at: now,
  };
  const served = {
    outcome: 'served',
    delivery,
    artifact: artifact.id,
    bytes,
    drill: work.drill,
  } as const;
  return { value: served, last: deliveryRecord(row, delivered) };
}

/**
 * This reader's content, and before its first delivery the commitment to its words; null:
 * unmarkable.
 */
async function render(
  context: Context,
  tx: Tx,
  caller: ReaderCaller,
  work: ReaderCase,
  artifact: ArtifactRow,
): Promise<{ rendering: Rendering; content: Buffer; commitment: Buffer | null } | null> {
  const keys = await context.keys.alert(tx, work.alert.id);
  const { participant, id } = caller;
  try {
    const rendering = await context.renders.open(tx, artifact, keys);
    const content = renderFor(rendering, participant, id);
    if (work.reader.wordCommitted) return { rendering, content, commitment: null };
    const all: Rendering[] = [];
    for (const each of work.artifacts) all.push(await context.renders.open(tx, each, keys));
    return { rendering, content, commitment: wordCommitment(all, participant, id) };
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'MARK_FAILED') return null;
    throw error;
  }
}

function manifestFor(
  context: Context,
  work: ReaderCase,
  caller: ReaderCaller,
  artifact: ArtifactRow,
  rendering: Rendering,
  made: Times & {
    delivery: DeliveryId;
    contentSha256: Buffer;
    leaf: Buffer;
    usePermissions: readonly UsePermission[];
    obligations: Manifest['obligations'];
  },
): Manifest {
  const promise = { leaf: made.leaf.toString('hex'), by: made.by };
  return {
    v: 1,
    programme: work.alert.programme,
    alert: work.alert.id,
    artifact: artifact.id,
    version: artifact.version,
    kind: artifact.kind,
    variant: artifact.variant,
    name: rendering.name,
    format: artifact.format,
    participant: caller.participant,
    reader: caller.id,
    keyFingerprint: work.reader.fingerprint,
    contentSha256: made.contentSha256.toString('hex'),
    contentDigest: rendering.contentDigest,
    terms: termsOfCopy(work.policy),
    obligations: made.obligations,
    tlp: work.alert.tlp,
    usePermissions: [...made.usePermissions],
    issuedAt: made.now,
    disclosureAt: work.alert.schedule.disclosureAt,
    delivery: made.delivery,
    drill: work.drill,
    promise: {
      ...promise,
      signature: context.keys.log.sign(promiseBytes(promise)).toString('base64'),
    },
  };
}

function deliveredEvent(
  work: ReaderCase,
  caller: ReaderCaller,
  artifact: ArtifactRow,
  delivery: DeliveryId,
  contentSha256: Buffer,
  now: Instant,
): PreparedEvent {
  return prepareEvent({
    type: 'delivered',
    at: now,
    programme: work.alert.programme,
    actor: actorOf(caller),
    data: {
      delivery,
      alert: work.alert.id,
      artifact: artifact.id,
      version: artifact.version,
      participant: caller.participant,
      reader: caller.id,
      fingerprint: work.reader.fingerprint,
      assurance: 'sealed',
      content: contentSha256.toString('hex'),
    },
  });
}

function wordEvent(
  work: ReaderCase,
  caller: ReaderCaller,
  commitment: Buffer,
  now: Instant,
): PreparedEvent {
  return prepareEvent({
    type: 'word_committed',
    at: now,
    programme: work.alert.programme,
    actor: actorOf(caller),
    data: { alert: work.alert.id, reader: caller.id, word: commitment.toString('hex') },
  });
}

async function recordHold(
  tx: Tx,
  caller: ReaderCaller,
  work: ReaderCase,
  artifact: ArtifactRow,
  code: string,
  now: Instant,
): Promise<void> {
  const ids = {
    alert: work.alert.id,
    artifact: artifact.id,
    participant: caller.participant,
    reader: caller.id,
  };
  const item = { programme: work.alert.programme, code, ...ids, at: now };
  if (!(await insertWorkItem(tx, item))) return;
  await insertEvents(tx, [
    prepareEvent({
      type: 'delivery_held',
      at: now,
      programme: work.alert.programme,
      actor: actorOf(caller),
      data: { ...ids, reason: code },
    }),
  ]);
}
