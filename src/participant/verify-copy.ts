import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import type { Manifest } from '../formats/copy.ts';
import { type Answer, openMemberApi } from './api.ts';
import { type Check, Checklist } from './checklist.ts';
import { sealEnding } from './copy-files.ts';
import { keepEvidence } from './evidence.ts';
import { type Follower, followLog, type Kept, keptCheckpoint } from './follow-log.ts';
import { checkCopy, type OpenedCopy } from './open-copy.ts';
import { askProof, provenBy, requireDelivery } from './prove-delivery.ts';
import { loadMember, type Member, type Session } from './session.ts';
import { utc } from './utc.ts';

/** What came of verifying a copy. `checks` are those made, in order; a failed one is the last. */
export type Verification = { readonly checks: readonly Check[] } & (
  | {
      /** All checks passed: the delivery of exactly this content is in the ledger for ever. */
      readonly state: 'verified';
      readonly manifest: Manifest;
      /** Number and time (ms since 1970) of the tick that holds it. */
      readonly tick: number;
      readonly at: number;
    }
  | {
      /** All that can be checked before the promised time has passed; ask again after `until`. */
      readonly state: 'pending';
      readonly manifest: Manifest;
      readonly until: number;
    }
  | {
      /** The issuer did not keep its signed promise. `evidence` is where promise and copy are. */
      readonly state: 'broken';
      readonly manifest: Manifest;
      readonly error: TocsinError;
      readonly evidence: string;
    }
  | {
      /** A check failed. `evidence` is where what shows it was kept, if it shows it to others. */
      readonly state: 'refused';
      readonly error: TocsinError;
      readonly evidence: string | null;
    }
);

/**
 * Makes every check of docs/formats/copy.md, "Verification": those without network first, then,
 * after the promised time, those against the ledger.
 * @param file the sealed file, attacker-controlled.
 * @param now this machine's time, ms since 1970.
 * @throws as `loadMember`; and as `Api` when the server could not be asked, which says nothing of
 *   the copy: verify again.
 */
export async function verifyCopy(
  session: Session,
  file: Uint8Array,
  now: number,
): Promise<Verification> {
  const member = await loadMember(session);
  const list = new Checklist();
  const copy = await openOrRefuse(member, file, list);
  if (copy instanceof TocsinError) {
    return { state: 'refused', error: copy, evidence: null, checks: list.checks };
  }
  const { manifest } = copy;
  const { by, leaf } = manifest.promise;
  if (now <= by) return { state: 'pending', manifest, until: by, checks: list.checks };

  const api = openMemberApi(session, member);
  const follower = { home: session.home, keys: member.keys, api };
  const kept = await keptCheckpoint(session.home, member.keys);
  const answer = await askProof(api, leaf);
  try {
    const { tick, at } = await checkLedger(follower, kept, { answer, manifest, now }, list);
    return { state: 'verified', manifest, tick, at, checks: list.checks };
  } catch (error) {
    if (!(error instanceof TocsinError) || !VERDICTS.includes(error.code)) throw error;
    const evidence = await keepCase(follower, { file, copy, answer, error, now });
    const { checks } = list;
    return error.code === 'PROMISE_BROKEN'
      ? { state: 'broken', manifest, error, evidence, checks }
      : { state: 'refused', error, evidence, checks };
  }
}

/** Codes of the checks against the ledger: any of them is the issuer's to explain. */
const VERDICTS: readonly ErrorCode[] = [
  'PROMISE_BROKEN',
  'PROOF_INVALID',
  'LEDGER_TAMPERED',
  'LEDGER_ROLLBACK',
];

/** Every error of the checks without network is about the copy, so each is its refusal. */
async function openOrRefuse(
  member: Member,
  file: Uint8Array,
  list: Checklist,
): Promise<OpenedCopy | TocsinError> {
  try {
    return await checkCopy(member, file, list);
  } catch (error) {
    if (error instanceof TocsinError) return error;
    throw error;
  }
}

type Asked = { readonly answer: Answer; readonly manifest: Manifest; readonly now: number };

async function checkLedger(
  follower: Follower,
  kept: Kept | null,
  { answer, manifest, now }: Asked,
  list: Checklist,
): Promise<{ tick: number; at: number }> {
  const proven = list.check('proof', () => {
    const found = provenBy(answer, follower.keys.logVerifierKey, manifest, now);
    return [
      found,
      `in tick ${found.tick} of ${utc(found.at)}, promised by ${utc(manifest.promise.by)}`,
    ];
  });
  list.check('event', () => {
    requireDelivery(proven, manifest);
    return [null, 'the ledger holds this delivery of this content to you'];
  });
  await list.ask('log', async () => {
    const { from, size } = await followLog(follower, kept, proven.note);
    const before = from === null ? 'the first you have seen' : `extends the ${from} you had seen`;
    return [null, `${size} ticks, ${before}`];
  });
  return proven;
}

type Case = {
  readonly file: Uint8Array;
  readonly copy: OpenedCopy;
  readonly answer: Answer;
  readonly error: TocsinError;
  readonly now: number;
};

/**
 * What shows a broken promise to others: `promise.json` alone proves that it was made, and tells
 * nothing of the content; the rest shows what it was made for. Answers add up, each under its time.
 */
async function keepCase(
  { home, keys }: Follower,
  { file, copy, answer, error, now }: Case,
): Promise<string> {
  const { promise, delivery } = copy.manifest;
  const { logVerifierKey } = keys;
  const asked = {
    askedAt: utc(now),
    verdict: error.code,
    status: answer.status,
    serverDate: answer.date,
    answer: answer.bytes.toString(),
  };
  return keepEvidence(home, delivery, {
    [`copy.${sealEnding(file)}`]: file,
    'manifest.json': copy.manifestJson,
    'manifest.sig': copy.signature,
    'promise.json': `${JSON.stringify({ promise, logVerifierKey }, null, 2)}\n`,
    [`answer-${utc(now).replaceAll(':', '-')}.json`]: `${JSON.stringify(asked, null, 2)}\n`,
  });
}
