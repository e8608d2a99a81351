import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { standsIn } from '../../domain/artifact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, MessageId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { MAX_MESSAGE, type MessageAudience } from '../../domain/message.ts';
import type { Policy } from '../../policy/policy.ts';
import { OTHER_PRODUCT } from '../../policy/vocabulary.ts';
import { alertById } from '../../store/alert-reader.ts';
import { readerFactsOf } from '../../store/delivery-reader.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import {
  insertMessage,
  type MessageRow,
  messagesInADay,
  messagesOf,
  type ReadsToAll,
  wasGranted,
} from '../../store/message-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import { requireApart } from '../affiliations.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import { type AlertKeys, decryptFor, encryptFor } from '../keyring.ts';
import { hasEnded, keyEnded } from './key-in-force.ts';
import { openCase, type ReaderCase } from './serve-copy.ts';

/** A message as somebody of the issuer reads it. */
export type Message = Omit<MessageRow, 'textEnc'> & { readonly text: string };

/** The same as a participant reads it: of the issuer's persons none is named. */
export type OwnMessage = Omit<Message, 'author' | 'to'> & {
  readonly from: 'issuer' | 'you' | 'member';
};

/** In one answer: the newest. */
const MAX_LISTED = 500;
/** By one participant about all alerts together: what people write, and no more. */
const MAX_A_DAY = 100;

type Said = {
  readonly alert: AlertId;
  readonly product: string | null;
  readonly text: string;
};

/**
 * A person of the issuer writes to all participants that see an alert, or to one of them that was
 * granted something of it. Kept under the alert's key, with a hash in the ledger.
 * @throws INVALID_INPUT; NOT_FOUND for an unknown alert or participant.
 */
export async function writeAsIssuer(
  context: Context,
  caller: PersonCaller,
  said: Said & { readonly to: ParticipantId | null },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ message: MessageId }> {
  const { alert: id, to } = said;
  return once(context, key, now, async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    if (to !== null) await requireApart(tx, caller.id, 'participant', to);
    if (to !== null && !(await wasGranted(tx, id, to))) {
      throw new TocsinError('NOT_FOUND', 'to: expected a participant that has something of it', {
        field: 'to',
      });
    }
    checkSaid(said, await context.policies.active(tx, alert.programme));
    const { message, row, hash } = sealed(said, await context.keys.alert(tx, id));
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const author = { kind: 'person', person: caller.id } as const;
    const audience = to === null ? 'members' : 'one';
    await insertMessage(tx, act, id, { ...row, author, audience, to }, hash);
    return { message };
  });
}

/**
 * A participant writes about an alert that it sees now: to the issuer, or to all that see it where
 * the policy in force has its members read each other.
 * @throws INVALID_INPUT; NOT_FOUND for an alert that it does not see; LIMIT_EXCEEDED.
 */
export async function writeAsMember(
  context: Context,
  caller: ReaderCaller,
  said: Said & { readonly audience: Exclude<MessageAudience, 'one'> },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ message: MessageId }> {
  const { alert: id, audience } = said;
  return once(context, key, now, async (tx) => {
    const { participant, id: reader } = caller;
    const facts = (await readerFactsOf(tx, { participant, reader }, [id])).get(id) ?? null;
    const work = await openCase(context, tx, facts, now);
    if (!work?.visible) throw unknown();
    checkSaid(said, work.policy);
    if (audience === 'members' && readsToAll(work) !== 'all') {
      throw invalid('audience', 'issuer: you do not read what members write to all', audience);
    }
    if ((await messagesInADay(tx, participant, now)) >= MAX_A_DAY) {
      throw new TocsinError(
        'LIMIT_EXCEEDED',
        `messages: expected at most ${MAX_A_DAY} in 24 hours`,
      );
    }
    const { message, row, hash } = sealed(said, await context.keys.alert(tx, id));
    const act = { programme: work.alert.programme, actor: actorOf(caller), at: now };
    const author = { kind: 'reader', participant, reader } as const;
    await insertMessage(tx, act, id, { ...row, author, audience, to: null }, hash);
    return { message };
  });
}

/** What was written about an alert: the newest, oldest first. @throws NOT_FOUND */
export async function readMessages(context: Context, alert: AlertId): Promise<Message[]> {
  return context.store.issuer(async (tx) => {
    if (!(await alertById(tx, alert))) throw unknownAlert();
    const keys = await context.keys.alert(tx, alert);
    return (await messagesOf(tx, alert, MAX_LISTED)).map((row) => opened(row, keys));
  });
}

/**
 * What a participant may read of it.
 * @throws NOT_FOUND for an alert that it does not see now; KEY_EXPIRED as for a copy: whoever has
 *   just joined in place of a reported key has a token, and reads nothing yet.
 */
export async function readOwnMessages(
  context: Context,
  caller: ReaderCaller,
  alert: AlertId,
  now: Instant,
): Promise<OwnMessage[]> {
  return context.store.issuer(async (tx) => {
    const { participant, id: reader } = caller;
    const facts = (await readerFactsOf(tx, { participant, reader }, [alert])).get(alert) ?? null;
    const work = await openCase(context, tx, facts, now);
    if (!work?.visible) throw unknown();
    if (hasEnded(work.reader, now)) throw keyEnded();
    const keys = await context.keys.alert(tx, alert);
    const rows = await messagesOf(tx, alert, MAX_LISTED, { participant, toAll: readsToAll(work) });
    return rows.map((row) => {
      const { author, to: _, ...said } = opened(row, keys);
      if (author.kind === 'person') return { ...said, from: 'issuer' };
      return { ...said, from: author.participant === participant ? 'you' : 'member' };
    });
  });
}

/**
 * To who has only the general description, what is written to all would say more than the policy
 * does.
 */
function readsToAll({ artifacts, open, policy }: ReaderCase): ReadsToAll {
  if (artifacts.every((artifact) => !open.has(artifact.id) || standsIn(artifact))) return 'none';
  return policy.threads === 'members' ? 'all' : 'issuers';
}

function checkSaid({ product, text }: Said, { products }: Pick<Policy, 'products'>): void {
  if (text.trim() === '' || text.length > MAX_MESSAGE) {
    throw invalid('text', `1 to ${MAX_MESSAGE} characters`, text);
  }
  if (product === null || product === OTHER_PRODUCT || products.includes(product)) return;
  throw invalid('product', 'a product of the policy in force, or none', product);
}

function sealed({ text, product }: Said, keys: AlertKeys) {
  const message = newId<MessageId>();
  const bytes = Buffer.from(text);
  const textEnc = encryptFor(keys, rowOf(message), bytes);
  return { message, row: { id: message, product, textEnc }, hash: sha256Hex(bytes) };
}

function opened({ textEnc, ...row }: MessageRow, keys: AlertKeys): Message {
  return { ...row, text: decryptFor(keys, rowOf(row.id), textEnc).toString() };
}

function rowOf(message: MessageId): string {
  return `message/${message}`;
}

function unknown(): TocsinError {
  return new TocsinError('NOT_FOUND', 'expected something known to the caller');
}
