import { sha256 } from '../crypto/hash.ts';
import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import type { Manifest } from '../formats/copy.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import { JsonNode, type JsonObject } from '../formats/json-node.ts';
import { type ProvenEvent, verifyEventProof } from '../ledger/event-proof.ts';
import { requireKept } from '../ledger/promise.ts';
import { type Answer, type Api, MAX_JSON_BYTES, refusal } from './api.ts';
import { utc } from './utc.ts';

/** With these codes the server says that it has no proof to give. */
const MISSING: readonly ErrorCode[] = ['NOT_FOUND', 'NOT_AVAILABLE'];

/**
 * Asks for the proof of the event that a promise names.
 * @returns a proof, not yet verified, or the answer that there is none.
 * @throws as `Api`, when the server could not be asked or did not let us ask.
 */
export async function askProof(api: Api, leaf: string): Promise<Answer> {
  const answer = await api.ask(`/v1/log/proofs/${leaf}`, MAX_JSON_BYTES);
  if (answer.status === 200) return answer;
  const refused = refusal(answer);
  if (MISSING.includes(refused.code)) return answer;
  throw refused;
}

/**
 * That an answer, asked for after the promised time, keeps the promise.
 * @param now this machine's time, ms since 1970.
 * @throws PROMISE_BROKEN when there is no proof or the tick came too late; PROOF_INVALID when what
 *   came is no proof of the promised event.
 */
export function provenBy(
  answer: Answer,
  verifierKey: string,
  { promise }: Manifest,
  now: number,
): ProvenEvent {
  if (answer.status !== 200) throw missing(answer, promise.by, now);
  const proven = verifyEventProof(sha256, parseProof(answer.bytes), verifierKey);
  requireKept(promise, proven);
  return proven;
}

function parseProof(bytes: Buffer): unknown {
  try {
    return parseJsonDocument(bytes, 'proof');
  } catch (cause) {
    if (!(cause instanceof TocsinError)) throw cause;
    throw new TocsinError('PROOF_INVALID', cause.message, { cause });
  }
}

function missing(answer: Answer, by: number, now: number): TocsinError {
  // A promise may look broken because this machine's clock is ahead: both clocks are named.
  const theirs = answer.date === null ? Number.NaN : Date.parse(answer.date);
  const clocks = Number.isNaN(theirs) ? '' : `, ${utc(theirs)} by the server's`;
  return new TocsinError(
    'PROMISE_BROKEN',
    `promise: expected the event in the ledger by ${utc(by)}, found no proof of it at ` +
      `${utc(now)} by this machine's clock${clocks}`,
    { field: 'promise.by', cause: refusal(answer) },
  );
}

/**
 * That the proven event is the delivery of this copy: what the ledger holds for ever is what the
 * manifest says today. And that its tick was not dated back before it.
 * @param proven with the body of the participant's part, docs/formats/event.md.
 * @throws LEDGER_TAMPERED naming the member: the issuer has signed two different things.
 */
export function requireDelivery(
  proven: Pick<ProvenEvent, 'body' | 'at'>,
  manifest: Manifest,
): void {
  try {
    compare(proven.body, manifest);
    if (proven.at < manifest.issuedAt) throw backDated(proven.at, manifest.issuedAt);
  } catch (cause) {
    if (!(cause instanceof TocsinError) || cause.code === 'LEDGER_TAMPERED') throw cause;
    throw new TocsinError('LEDGER_TAMPERED', `event: ${cause.message}`, { cause });
  }
}

function compare(body: string, manifest: Manifest): void {
  const { programme, type, at, data } = parseEvent(body);
  const claims = [
    ['type', 'delivered', type],
    ['programme', manifest.programme, programme],
    ['delivery', manifest.delivery, data.get('delivery')],
    ['alert', manifest.alert, data.get('alert')],
    ['artifact', manifest.artifact, data.get('artifact')],
    ['participant', manifest.participant, data.get('participant')],
    ['reader', manifest.reader, data.get('reader')],
    ['fingerprint', manifest.keyFingerprint, data.get('fingerprint')],
    ['content', manifest.contentSha256, data.get('content')],
  ] as const;
  for (const [field, signed, node] of claims) {
    same(field, signed, node.text(100));
  }
  const { version, issuedAt } = manifest;
  same('version', version, data.get('version').number(0, Number.MAX_SAFE_INTEGER));
  same('at', issuedAt, at.number(0, Number.MAX_SAFE_INTEGER));
}

type DeliveredEvent = {
  readonly type: JsonNode;
  readonly programme: JsonNode;
  readonly at: JsonNode;
  readonly data: JsonObject;
};

function parseEvent(body: string): DeliveredEvent {
  const event = new JsonNode(parseJsonDocument(Buffer.from(body), 'event'), 'event').object();
  event.get('v').number(1, 1);
  return {
    type: event.get('type'),
    programme: event.get('programme'),
    at: event.get('at'),
    data: event.get('data').object(),
  };
}

function backDated(tick: number, issued: number): TocsinError {
  return new TocsinError(
    'LEDGER_TAMPERED',
    `tick: expected one not before the delivery at ${utc(issued)}, found one of ${utc(tick)}`,
    { field: 'tick.at' },
  );
}

function same(field: string, signed: string | number, found: string | number): void {
  if (found === signed) return;
  throw new TocsinError(
    'LEDGER_TAMPERED',
    `event ${field}: expected ${signed}, as the signed manifest says, found ${found} in the ledger`,
    { field },
  );
}
