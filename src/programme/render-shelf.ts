import { sha256, sha256Hex } from '../crypto/hash.ts';
import { Lru } from '../crypto/lru.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId, ArtifactId, ParticipantId, ReaderId } from '../domain/ids.ts';
import { standing } from '../domain/revision.ts';
import { digestedContent } from '../formats/rules/content-digest.ts';
import { type Code, canaryValue, compileCode, markBits, recipientFor } from '../marking/code.ts';
import type { SlotTable } from '../marking/slot-table.ts';
import { compileTable, type Splicer, splice } from '../marking/splice.ts';
import { type AlertRow, type ArtifactRow, artifactsOf, contentOf } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import { type AlertKeys, decryptFor } from './keyring.ts';

/**
 * An artifact version opened for rendering: master, frozen table, and what is precomputed from
 * both.
 */
export type Rendering = {
  readonly name: string;
  readonly master: Buffer;
  readonly table: SlotTable;
  readonly splicer: Splicer;
  /** Null once the mark key is sealed away: nothing can be rendered then. */
  readonly code: Code | null;
  /** Of rules, what all copies have in common, as 64 hex digits; null: there is nothing. */
  readonly contentDigest: string | null;
  /**
   * Words of recent readers: the commitment before a first delivery makes them, the fetches use
   * them.
   */
  readonly words: Lru<ReaderId, Uint8Array>;
};

/**
 * Opened artifact versions, the most recently used ones. A version is immutable: an entry never
 * goes stale.
 */
export type RenderShelf = {
  /** The standing artifacts of a released alert, in order; read once per version of the alert. */
  artifacts(tx: Tx, alert: AlertRow): Promise<readonly ArtifactRow[]>;
  open(tx: Tx, artifact: ArtifactRow, keys: AlertKeys): Promise<Rendering>;
  /** Drops the opened versions of an alert: its mark key was sealed away. */
  forget(alert: AlertId): void;
  /** The unmarked master, for a public document; needs no mark key and is not kept. */
  openMaster(tx: Tx, artifact: ArtifactRow, keys: AlertKeys): Promise<Master>;
};

export type Master = { readonly name: string; readonly master: Buffer };

/** What the shelf may keep of masters, bytes. */
const KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_LISTS = 1_000;
/** Readers per artifact whose words are kept: a byte for each slot. */
const KEPT_WORDS = 2_000;

export function openRenderShelf(): RenderShelf {
  const kept = new Map<string, Rendering>();
  const listed = new Map<string, readonly ArtifactRow[]>();
  let bytes = 0;
  return {
    async artifacts(tx, alert) {
      // A change of content makes a new version of the alert, which is read with every fetch.
      const key = `${alert.id}/${alert.version}`;
      const known = listed.get(key);
      if (known) return known;
      const artifacts = standing(await artifactsOf(tx, alert.id));
      if (listed.size >= KEPT_LISTS) listed.clear();
      listed.set(key, artifacts);
      return artifacts;
    },
    async open(tx, artifact, keys) {
      const key = `${artifact.alert}/${artifact.id}/${artifact.version}`;
      const known = kept.get(key);
      if (known) return known;
      const rendering = await read(tx, artifact, keys);
      // What was opened without the mark key must not stand in for the whole later.
      if (rendering.code === null) return rendering;
      if (bytes + rendering.master.length > KEPT_BYTES) {
        kept.clear();
        bytes = 0;
      }
      kept.set(key, rendering);
      bytes += rendering.master.length;
      return rendering;
    },
    forget(alert) {
      for (const [key, { master }] of kept) {
        if (!key.startsWith(alert)) continue;
        bytes -= master.length;
        kept.delete(key);
      }
    },
    openMaster: readMaster,
  };
}

async function readMaster(tx: Tx, artifact: ArtifactRow, keys: AlertKeys) {
  const stored = await contentOf(tx, artifact.id);
  if (!stored) throw new TocsinError('NOT_FOUND', 'artifact: expected its content');
  return {
    name: nameOf(artifact, keys),
    master: decryptFor(keys, rowOf(artifact.id, 'content'), stored.contentEnc),
    slotsEnc: stored.slotsEnc,
  };
}

async function read(tx: Tx, artifact: ArtifactRow, keys: AlertKeys): Promise<Rendering> {
  const { name, master, slotsEnc } = await readMaster(tx, artifact, keys);
  const slots = decryptFor(keys, rowOf(artifact.id, 'slots'), slotsEnc);
  const table = JSON.parse(slots.toString()) as SlotTable;
  const digested = digestedContent(artifact.format, master);
  return {
    name,
    master,
    table,
    splicer: compileTable(master, table),
    code: keys.mark.length === 0 ? null : compileCode(keys.mark, table.slots),
    contentDigest: digested && sha256Hex(digested),
    words: new Lru(KEPT_WORDS),
  };
}

/** An artifact's name, from its encrypted head: neither content nor slot table is opened. */
export function nameOf({ id, headEnc }: ArtifactRow, keys: AlertKeys): string {
  const head = decryptFor(keys, rowOf(id, 'head'), headEnc);
  return (JSON.parse(head.toString()) as { name: string }).name;
}

/** All artifacts of an alert, opened, in order. */
export async function renderingsOf(
  shelf: RenderShelf,
  tx: Tx,
  alert: AlertId,
  keys: AlertKeys,
): Promise<readonly Rendering[]> {
  const renderings: Rendering[] = [];
  for (const artifact of await artifactsOf(tx, alert)) {
    renderings.push(await shelf.open(tx, artifact, keys));
  }
  return renderings;
}

/** Associated data of an artifact's encrypted column. */
export function rowOf(artifact: ArtifactId, column: 'head' | 'content' | 'slots'): string {
  return `artifact/${artifact}/${column}`;
}

/**
 * This reader's copy of the content: a pure function of key, table and ids, so that the same reader
 * gets the same bytes for ever.
 * @throws MARK_FAILED when the result is not of the expected form; KEY_SEALED.
 */
export function renderFor(
  rendering: Rendering,
  participant: ParticipantId,
  reader: ReaderId,
): Buffer {
  if (rendering.table.slots.length === 0) return rendering.master;
  const code = codeOf(rendering);
  const bits = wordOf(rendering, participant, reader);
  const recipient = recipientFor('reader', participant, reader);
  return splice(rendering.splicer, bits, (slot) => canaryValue(code.key, recipient, slot.key));
}

function wordOf(rendering: Rendering, participant: ParticipantId, reader: ReaderId): Uint8Array {
  return rendering.words.get(reader, () => markBits(codeOf(rendering), participant, reader));
}

function codeOf({ code }: Rendering): Code {
  if (code !== null) return code;
  throw new TocsinError('KEY_SEALED', 'copy: expected a mark key to render it, found it sealed');
}

/**
 * Commitment to all words of one reader over an alert's artifacts (docs/decisions/0003): hides them
 * behind a salt that only the mark key gives, and binds the issuer to them before the first
 * delivery. @throws KEY_SEALED
 */
export function wordCommitment(
  renderings: readonly Rendering[],
  participant: ParticipantId,
  reader: ReaderId,
): Buffer {
  const recipient = recipientFor('reader', participant, reader);
  const parts: Uint8Array[] = [Buffer.from(`tocsin/word/v1\n${recipient}\n`)];
  for (const rendering of renderings) {
    const { table } = rendering;
    const salt = canaryValue(codeOf(rendering).key, recipient, {
      artifact: table.artifact,
      slot: 'word-salt',
    });
    parts.push(salt, wordOf(rendering, participant, reader));
  }
  return sha256(...parts);
}
