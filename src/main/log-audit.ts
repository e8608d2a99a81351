/** The ledger as anybody may check it who pinned its keys: the issuer's own persons too. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import { type PinnedKeys, parsePinnedKeys } from '../formats/invitation.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import { JsonNode } from '../formats/json-node.ts';
import { parseGrowth } from '../formats/reader-answers.ts';
import type { Checkpoint } from '../ledger/checkpoint.ts';
import { type ProvenEvent, verifyEventProof } from '../ledger/event-proof.ts';
import { verifyGrowth } from '../ledger/growth.ts';
import { verifyExport } from '../ledger/verify-export.ts';
import { type Api, openApi } from '../participant/api.ts';
import { fileHome } from '../participant/file-home.ts';
import { askGrowth, followLog, keptCheckpoint } from '../participant/follow-log.ts';
import type { Home } from '../participant/home.ts';
import type { FetchLike } from '../participant/session.ts';

/** A server, and the folder in which what it once said is kept. */
export type Auditor = { readonly home: Home; readonly api: Api };

/** Each server has a folder of its own: a rehearsal's log is not the real one's. */
export function openAuditor(folder: string, fetch: FetchLike, url: string): Auditor {
  const home = fileHome(join(folder, 'logs', encodeURIComponent(url)));
  return { home, api: openApi(fetch, url) };
}

export type Audit = {
  /** Ticks in the log, its root (hex), and the size at the last audit; null at the first. */
  readonly size: number;
  readonly root: string;
  readonly from: number | null;
  /** Whether the keys were pinned just now. */
  readonly pinned: boolean;
};

/**
 * Takes the newest checkpoint, if the log it describes goes on where the last one audited ended.
 * @throws LEDGER_ROLLBACK for a smaller log; LEDGER_TAMPERED for another history or other keys.
 */
export async function auditLog(auditor: Auditor): Promise<Audit> {
  const { home, api } = auditor;
  const { keys, pinned } = await pinnedKeys(auditor);
  const kept = await keptCheckpoint(home, keys);
  const note = (await api.getBytes('/v1/log/checkpoint', MAX_NOTE_BYTES)).toString();
  const { size, from } = await followLog({ home, api, keys }, kept, note);
  const { root } = await newestKept(home, keys);
  return { size, root: Buffer.from(root).toString('hex'), from, pinned };
}

const MAX_NOTE_BYTES = 1_000_000;

async function newestKept(home: Home, keys: PinnedKeys): Promise<Checkpoint> {
  const kept = await keptCheckpoint(home, keys);
  if (kept) return kept.checkpoint;
  throw new TocsinError('INTERNAL', 'log: expected the checkpoint just kept, found none');
}

const PINNED = 'issuer-keys.json';

/**
 * The keys pinned for this server; at the first time those that it names now.
 * @throws LEDGER_TAMPERED when the server names others by now: whoever holds those could show
 *   everybody a log of their own.
 */
async function pinnedKeys({ home, api }: Auditor): Promise<{ keys: PinnedKeys; pinned: boolean }> {
  const told = parsePinnedKeys(new JsonNode(await api.getJson('/v1/issuer'), 'issuer'));
  const bytes = await home.read(PINNED);
  if (bytes === null) {
    await home.write(PINNED, `${JSON.stringify(told)}\n`);
    return { keys: told, pinned: true };
  }
  const keys = parsePinnedKeys(new JsonNode(parseJsonDocument(bytes, PINNED), PINNED));
  if (JSON.stringify(keys) === JSON.stringify(told)) return { keys, pinned: false };
  throw new TocsinError(
    'LEDGER_TAMPERED',
    `the issuer's keys: expected those pinned in ${home.place}/${PINNED} (log ` +
      `${keys.logVerifierKey}), found others (log ${told.logVerifierKey})`,
  );
}

/**
 * @param answer of `GET /v1/log/proofs/{leaf}`.
 * @throws PROOF_INVALID naming the check that failed.
 */
export async function verifyProof(auditor: Auditor, answer: unknown): Promise<ProvenEvent> {
  const { keys } = await pinnedKeys(auditor);
  return verifyEventProof(sha256, answer, keys.logVerifierKey);
}

export type ExportAudit = { readonly ticks: number; readonly events: number };

/**
 * Verifies an export whole, and that it is the beginning of the log last audited.
 * @throws LEDGER_TAMPERED naming the line; INVALID_INPUT when the file cannot be read, or is newer
 *   than the log last audited.
 */
export async function auditExport(auditor: Auditor, file: string): Promise<ExportAudit> {
  const { keys } = await pinnedKeys(auditor);
  const { events, checkpoint } = await readExport(file, keys);
  const newest = await newestKept(auditor.home, keys);
  const { size } = checkpoint;
  if (size > newest.size) {
    throw new TocsinError(
      'INVALID_INPUT',
      `${file}: expected at most the ${newest.size} ticks of the server's log, found ${size}`,
    );
  }
  try {
    const shown = await askGrowth(auditor.api, checkpoint, newest);
    verifyGrowth(sha256, [checkpoint, newest], parseGrowth(shown));
  } catch (cause) {
    if (!(cause instanceof TocsinError) || cause.code === 'STORE_UNAVAILABLE') throw cause;
    const message = `${file}: expected the beginning of the server's log, found another`;
    throw new TocsinError('LEDGER_TAMPERED', `${message}: ${cause.message}`, { cause });
  }
  return { ticks: size, events };
}

async function readExport(file: string, keys: PinnedKeys) {
  try {
    return await verifyExport(linesOf(file), keys.logVerifierKey);
  } catch (cause) {
    if (cause instanceof TocsinError || !(cause instanceof Error && 'code' in cause)) throw cause;
    throw new TocsinError('INVALID_INPUT', `${file}: expected a readable file`, { cause });
  }
}

/** Lines end in a newline and nothing else; node:readline also splits at U+2028. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const [first = '', ...lines] = String(chunk).split('\n');
    rest += first;
    for (const line of lines) {
      yield rest;
      rest = line;
    }
  }
  if (rest !== '') yield rest;
}
