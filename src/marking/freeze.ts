import { sha256Hex } from '../crypto/hash.ts';
import { type Format, MAX_ARTIFACT_BYTES } from '../domain/artifact.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import type { ArtifactId } from '../domain/ids.ts';
import { canary } from './carriers/canary.ts';
import type { Carrier, Dropped, ProposedSlot } from './carriers/carrier.ts';
import { csaf } from './carriers/csaf.ts';
import { listOrder } from './carriers/list-order.ts';
import { markdownColumns } from './carriers/markdown-columns.ts';
import { markdownDefinitions } from './carriers/markdown-definitions.ts';
import { passGates } from './carriers/pass-gates.ts';
import { prose } from './carriers/prose.ts';
import { python } from './carriers/python.ts';
import { settle } from './carriers/settle.ts';
import { sigma } from './carriers/sigma.ts';
import { suricata } from './carriers/suricata.ts';
import { yara } from './carriers/yara.ts';
import { assignKeys, type Earlier, type KeylessSlot } from './passage.ts';
import type { Sidecar } from './sidecar.ts';
import type { SlotTable } from './slot-table.ts';

export type { Dropped };

/** One artifact version on its way to its slot table. */
export type FreezeInput = {
  readonly artifact: ArtifactId;
  readonly version: number;
  readonly format: Format;
  /** The master. Its UTF-8 bytes are the bytes that copies are made of. */
  readonly text: string;
  readonly sidecar: Sidecar | null;
  /** All tables frozen for this alert so far, of this artifact and of others, oldest first. */
  readonly earlier: readonly Earlier[];
};

/** The table, and what could have been in it. */
export type Frozen = {
  readonly table: SlotTable;
  /** Places that carry nothing although a carrier saw them, with the reason, for the author. */
  readonly dropped: readonly Dropped[];
};

const CARRIERS: readonly Carrier[] = [
  prose,
  csaf,
  listOrder,
  markdownColumns,
  markdownDefinitions,
  canary,
  yara,
  sigma,
  suricata,
  python,
];

/**
 * Freezes where copies of one artifact version may differ: proposes by every carrier of the format,
 * chooses slots that do not overlap, tries them at the carriers' gates, and gives them coordinates.
 * @throws INVALID_INPUT naming the entry when the sidecar does not fit the text or the format.
 * @throws LIMIT_EXCEEDED for a text above `MAX_ARTIFACT_BYTES`.
 */
export function freezeSlots(input: FreezeInput): Frozen {
  const master = masterOf(input.text);
  refuseUnread(input.sidecar, input.format);
  const carriers = CARRIERS.filter(({ formats }) => formats.includes(input.format));
  const settled = settle(
    input.text,
    carriers.map((carrier) => carrier.propose(input)),
  );
  const gates = carriers.flatMap(({ gate }) => (gate === null ? [] : [gate]));
  const gated = passGates(input.text, settled.slots, gates);
  const slots = assignKeys(input.artifact, toBytes(input.text, gated.slots), master, input.earlier);
  const { artifact, version } = input;
  return {
    table: { v: 1, artifact, version, master: sha256Hex(master), slots },
    dropped: [...settled.dropped, ...gated.dropped],
  };
}

function masterOf(text: string): Buffer {
  if (!text.isWellFormed()) throw invalid('text', 'well-formed Unicode', 'a lone surrogate');
  const master = Buffer.from(text);
  if (master.length > MAX_ARTIFACT_BYTES) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `text: expected at most ${MAX_ARTIFACT_BYTES} bytes, found ${master.length}`,
      { field: 'text' },
    );
  }
  return master;
}

/**
 * An approved alternate that no carrier of the format reads would be silently lost: refused
 * instead.
 */
function refuseUnread(sidecar: Sidecar | null, format: Format): void {
  const read = CARRIERS.filter(({ formats }) => formats.includes(format)).map(({ reads }) => reads);
  for (const { reads } of CARRIERS) {
    if (reads === null || sidecar === null || sidecar[reads].length === 0) continue;
    if (!read.includes(reads)) {
      throw invalid(reads, `none in a ${format} artifact`, `${sidecar[reads].length} entries`);
    }
  }
}

/**
 * From UTF-16 offsets to bytes. Slots are in ascending order, so one walk over the text suffices.
 */
function toBytes(text: string, slots: readonly ProposedSlot[]): KeylessSlot[] {
  let [units, bytes] = [0, 0];
  return slots.map((slot) => {
    const authored = text.slice(slot.start, slot.end);
    const start = bytes + Buffer.byteLength(text.slice(units, slot.start));
    const end = start + Buffer.byteLength(authored);
    [units, bytes] = [slot.end, end];
    const place = { family: slot.family, start, end, authored };
    return slot.kind === 'bit'
      ? { kind: 'bit', ...place, other: slot.other }
      : { kind: 'canary', ...place, form: slot.form };
  });
}
