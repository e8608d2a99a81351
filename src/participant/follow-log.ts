import { sha256 } from '../crypto/hash.ts';
import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import type { PinnedKeys } from '../formats/invitation.ts';
import { parseGrowth } from '../formats/reader-answers.ts';
import { type Checkpoint, parseCheckpoint } from '../ledger/checkpoint.ts';
import { verifyGrowth } from '../ledger/growth.ts';
import { type Api, openMemberApi } from './api.ts';
import { keepEvidence } from './evidence.ts';
import type { Home } from './home.ts';
import { loadMember, type Session } from './session.ts';

/** How far the log was followed: its size now, and the size that was known before, if any. */
export type LogStep = { readonly size: number; readonly from: number | null };

/** A checkpoint and the signed note it was read from. */
export type Kept = { readonly note: string; readonly checkpoint: Checkpoint };

const CHECKPOINT = 'checkpoint.txt';
const MAX_NOTE_BYTES = 1_000_000;

/**
 * Asks for the newest checkpoint and follows the log to it.
 * @throws as `followLog`, `loadMember` and `Api`; NOT_AVAILABLE before the first tick.
 */
export async function watchLog(session: Session): Promise<LogStep> {
  const member = await loadMember(session);
  const { keys } = member;
  const api = openMemberApi(session, member);
  const kept = await keptCheckpoint(session.home, keys);
  const note = (await api.getBytes('/v1/log/checkpoint', MAX_NOTE_BYTES)).toString();
  return followLog({ home: session.home, api, keys }, kept, note);
}

/**
 * The last checkpoint, null before the first. Read it BEFORE asking the server for anything that
 * holds a newer one: see `followLog`.
 * @throws INVALID_INPUT, SIGNATURE_INVALID when the file was altered.
 */
export async function keptCheckpoint(home: Home, keys: PinnedKeys): Promise<Kept | null> {
  const bytes = await home.read(CHECKPOINT);
  if (bytes === null) return null;
  const note = bytes.toString();
  try {
    return { note, checkpoint: parseCheckpoint(note, keys.logVerifierKey) };
  } catch (cause) {
    if (!(cause instanceof TocsinError)) throw cause;
    throw new TocsinError(cause.code, `${home.place}/${CHECKPOINT}: ${cause.message}`, { cause });
  }
}

/** What following needs: where to keep, whom to ask, whose signature counts. */
export type Follower = { readonly home: Home; readonly api: Api; readonly keys: PinnedKeys };

/**
 * Accepts a checkpoint if the log it describes begins with the one kept and its time has gone on,
 * and keeps it then. If not, both are kept as evidence: two signatures of one key under two
 * histories.
 *
 * `kept` is what was kept before the server was asked. Only by that one may an answer be called too
 * small: meanwhile another process of this reader may have kept a newer one, and an answer that was
 * on its way is no rollback. Whichever of the two is newer stays.
 * @throws LEDGER_ROLLBACK for a smaller log; LEDGER_TAMPERED for another history, for a time that
 *   ran back, or when the server gives no valid proof of either; as `parseCheckpoint` and `Api`.
 */
export async function followLog(
  follower: Follower,
  kept: Kept | null,
  note: string,
): Promise<LogStep> {
  const { home, keys } = follower;
  const found = { note, checkpoint: parseCheckpoint(note, keys.logVerifierKey) };
  const { size } = found.checkpoint;
  if (size < (kept?.checkpoint.size ?? 1)) throw await tooSmall(home, kept, found);
  for (let known = kept; ; ) {
    if (known !== null) await requireOneHistory(follower, known, found);
    const now = await keptCheckpoint(home, keys);
    if (now?.note === known?.note) {
      if ((known?.checkpoint.size ?? 0) < size) await home.write(CHECKPOINT, note);
      return { size, from: kept?.checkpoint.size ?? null };
    }
    known = now;
  }
}

async function requireOneHistory(follower: Follower, a: Kept, b: Kept): Promise<void> {
  const [older, newer] = a.checkpoint.size <= b.checkpoint.size ? [a, b] : [b, a];
  const [from, to] = [older.checkpoint, newer.checkpoint];
  let shown: unknown = null;
  try {
    shown = await askGrowth(follower.api, from, to);
    verifyGrowth(sha256, [from, to], parseGrowth(shown));
  } catch (cause) {
    // No answer at all is no evidence; an answer that is no proof is.
    if (!(cause instanceof TocsinError) || !NO_PROOF.includes(cause.code)) throw cause;
    throw await conflict(follower.home, 'LEDGER_TAMPERED', { older, newer, shown, cause });
  }
}

/** What the server shows for its log having grown from one checkpoint to another, not verified. */
export async function askGrowth(api: Api, from: Checkpoint, to: Checkpoint): Promise<unknown> {
  if (from.size === to.size) return { proof: [], ticks: [] };
  return api.getJson(`/v1/log/consistency?from=${from.size}&to=${to.size}`);
}

/** What the server's answer comes to when it cannot or will not prove that its log is one. */
const NO_PROOF: readonly ErrorCode[] = [
  'PROOF_INVALID',
  'INVALID_INPUT',
  'NOT_FOUND',
  'NOT_AVAILABLE',
];

async function tooSmall(home: Home, kept: Kept | null, found: Kept): Promise<TocsinError> {
  if (kept) return conflict(home, 'LEDGER_ROLLBACK', { older: found, newer: kept, shown: null });
  return new TocsinError('INVALID_INPUT', 'checkpoint: expected at least one tick, found none');
}

async function conflict(
  home: Home,
  code: 'LEDGER_ROLLBACK' | 'LEDGER_TAMPERED',
  { older, newer, shown, cause }: { older: Kept; newer: Kept; shown: unknown; cause?: TocsinError },
): Promise<TocsinError> {
  const sizes = `${older.checkpoint.size}-${newer.checkpoint.size}`;
  const place = await keepEvidence(home, `log-${sizes}`, {
    'older.txt': older.note,
    'newer.txt': newer.note,
    // Time that ran back is in neither checkpoint: the answer shows it, and they bind the answer.
    ...(shown === null ? {} : { 'growth.json': `${JSON.stringify(shown)}\n` }),
  });
  const expected =
    code === 'LEDGER_ROLLBACK'
      ? `at least the ${newer.checkpoint.size} ticks seen before, found ${older.checkpoint.size}`
      : `that ${newer.checkpoint.size} ticks begin with the ${older.checkpoint.size} seen, found ` +
        `no proof of it (${cause?.message ?? ''})`;
  return new TocsinError(code, `log: expected ${expected}. Both checkpoints are in ${place}`, {
    cause,
  });
}
