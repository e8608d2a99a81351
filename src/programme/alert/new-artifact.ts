import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { hmacSha256, sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import type { ArtifactHead } from '../../domain/alert.ts';
import {
  type ArtifactKind,
  type Format,
  MAX_ARTIFACT_BYTES,
  type Marking,
  NEVER_MARKED,
  standsIn,
  type Variant,
} from '../../domain/artifact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { standing } from '../../domain/revision.ts';
import { copyPlaintextLength } from '../../formats/copy.ts';
import type { Frozen } from '../../marking/freeze.ts';
import type { SlotTable } from '../../marking/slot-table.ts';
import { maxLength } from '../../marking/splice.ts';
import type { MarkingRules } from '../../policy/marking-rules.ts';
import { type ArtifactRow, alertById, artifactsOf } from '../../store/alert-reader.ts';
import type { StoredContent } from '../../store/alert-writer.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';
import { type AlertKeys, encryptFor } from '../keyring.ts';
import { type Rendering, renderingsOf, rowOf } from '../render-shelf.ts';
import { freezeArtifact } from './freeze-artifact.ts';

/** An artifact as its author sends it. */
export type ArtifactInput = {
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly marking: Marking;
  readonly name: string;
  readonly content: Uint8Array;
  /** Approved alternates, orders and canaries (docs/formats/slot-table.md), YAML; null for none. */
  readonly sidecar: string | null;
  readonly reducedBy: ArtifactId | null;
  /** The artifact of the alert whose place it takes: of the same kind and variant. */
  readonly revises?: ArtifactId | null;
  readonly sourcePublishedAt: Instant | null;
};

/** The same with its slots frozen, beside the artifacts that the alert has at its `version`. */
export type NewArtifact = {
  readonly id: ArtifactId;
  readonly input: ArtifactInput;
  readonly frozen: Frozen;
  readonly version: number;
};

/**
 * Checks an artifact and freezes its slots, outside any transaction: the alert's version guards
 * against a change in between. Null when there is no such alert.
 */
export async function freezeNew(
  context: Context,
  alertId: AlertId,
  input: ArtifactInput,
): Promise<NewArtifact | null> {
  checkArtifact(input);
  const earlier = await context.store.issuer((tx) => readEarlier(context, tx, alertId));
  if (!earlier) return null;
  requireDeclared(earlier.marking, input);
  const id = newId<ArtifactId>();
  const frozen = await freeze(
    context,
    { id, version: versionOf(input, earlier.artifacts) },
    input,
    earlier.renderings,
  );
  return { id, input, frozen, version: earlier.version };
}

/**
 * What is stored of it, as the next of the alert's artifacts.
 * @throws INVALID_INPUT, LIMIT_EXCEEDED where it does not fit them.
 */
export function placed(
  { id, input, frozen }: NewArtifact,
  alert: AlertId,
  artifacts: readonly ArtifactRow[],
  keys: AlertKeys,
): { head: ArtifactHead; content: StoredContent } {
  checkRoom(artifacts);
  checkReduced(input, artifacts);
  const { kind, variant, format, name, marking, reducedBy, sourcePublishedAt } = input;
  const fixed = { id, alert, version: versionOf(input, artifacts) };
  return {
    head: {
      ...{ ...fixed, kind, variant, format, name, marking, reducedBy },
      ...{ revises: input.revises ?? null, sourcePublishedAt },
    },
    content: contentOf(keys, id, input, frozen.table, artifacts.length),
  };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MAX_ARTIFACTS = 50;

function checkArtifact(input: ArtifactInput): void {
  if (!NAME.test(input.name)) {
    throw invalid('name', 'a file name of letters, digits, dot, dash, underscore', input.name);
  }
  if (input.content.length === 0) throw invalid('content', 'at least one byte', 'none');
  if (input.content.length > MAX_ARTIFACT_BYTES) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `content: expected at most ${MAX_ARTIFACT_BYTES} bytes, found ${input.content.length}`,
      { field: 'content' },
    );
  }
  const unmarkable = input.format === 'binary' || NEVER_MARKED.includes(input.kind);
  if (unmarkable && input.marking !== 'none') {
    throw invalid('marking', `none, for ${input.kind} in format ${input.format}`, input.marking);
  }
}

/** Members are told how their copies are marked; an author does not do otherwise. */
function requireDeclared(declared: MarkingRules, { kind, marking }: ArtifactInput): void {
  const expected = declared[kind];
  if (expected === undefined || expected === marking) return;
  throw invalid('marking', `${expected}, as the programme marks ${kind}`, marking);
}

/** @throws LIMIT_EXCEEDED where an alert has all the artifacts it may have. */
export function checkRoom(artifacts: readonly ArtifactRow[]): void {
  if (artifacts.length < MAX_ARTIFACTS) return;
  throw new TocsinError('LIMIT_EXCEEDED', `artifacts: expected at most ${MAX_ARTIFACTS}`);
}

function checkReduced(input: ArtifactInput, artifacts: readonly ArtifactRow[]): void {
  if (input.reducedBy === null) return;
  if (input.variant === 'reduced') {
    throw invalid('reducedBy', 'none for a reduced variant, which stands in itself', 'one');
  }
  const reduced = standing(artifacts).find((artifact) => artifact.id === input.reducedBy);
  if (!reduced || !standsIn(reduced)) {
    const found = reduced ? `${reduced.kind}, ${reduced.variant}` : 'none of this alert';
    throw invalid('reducedBy', 'a reduced summary of this alert', found);
  }
}

/**
 * The version that an artifact is: the next of what it revises.
 * @throws INVALID_INPUT where that is not of the alert, revised already, or something else.
 */
export function versionOf(
  { revises = null, kind, variant }: Pick<ArtifactInput, 'revises' | 'kind' | 'variant'>,
  artifacts: readonly ArtifactRow[],
): number {
  if (revises === null) return 1;
  const earlier = standing(artifacts).find(({ id }) => id === revises);
  if (earlier?.kind === kind && earlier.variant === variant) return earlier.version + 1;
  const found = earlier ? `${earlier.kind}, ${earlier.variant}` : 'none that stands';
  throw invalid('revises', `a standing artifact of this alert: ${kind}, ${variant}`, found);
}

type Earlier = {
  readonly version: number;
  readonly artifacts: readonly ArtifactRow[];
  readonly renderings: readonly Rendering[];
  readonly marking: MarkingRules;
};

async function readEarlier(context: Context, tx: Tx, alertId: AlertId): Promise<Earlier | null> {
  const alert = await alertById(tx, alertId);
  if (!alert) return null;
  const { marking } = await context.policies.active(tx, alert.programme);
  const keys = await context.keys.alert(tx, alertId);
  const renderings = await renderingsOf(context.renders, tx, alertId, keys);
  const artifacts = await artifactsOf(tx, alertId);
  return { version: alert.version, artifacts, renderings, marking };
}

async function freeze(
  { sandbox }: Context,
  { id: artifact, version }: { readonly id: ArtifactId; readonly version: number },
  input: ArtifactInput,
  renderings: readonly Rendering[],
): Promise<Frozen> {
  const { marking, format, content, sidecar } = input;
  if (marking === 'none') {
    const master = sha256Hex(content);
    return { table: { v: 1, artifact, version, master, slots: [] }, dropped: [] };
  }
  const earlier = renderings
    .filter(({ table }) => table.slots.length > 0)
    .map(({ table, master }) => ({ table, text: master.toString() }));
  const freezing = { artifact, version, format, marking, content, sidecar, earlier };
  return freezeArtifact(input.name, freezing, sandbox);
}

function contentOf(
  keys: AlertKeys,
  artifact: ArtifactId,
  input: ArtifactInput,
  table: SlotTable,
  ordinal: number,
): StoredContent {
  const slots = jsonBytes(table);
  return {
    ordinal,
    headEnc: encryptFor(keys, rowOf(artifact, 'head'), jsonBytes({ name: input.name })),
    contentEnc: encryptFor(keys, rowOf(artifact, 'content'), input.content),
    slotsEnc: encryptFor(keys, rowOf(artifact, 'slots'), slots),
    slots: table.slots.length,
    copyLength: copyPlaintextLength(maxLength(input.content, table)),
    // Keyed, so that the ledger says nothing about a text somebody might guess.
    commitment: hmacSha256(
      keys.data,
      Buffer.from('tocsin/artifact/v1'),
      input.content,
      slots,
    ).toString('hex'),
  };
}

function jsonBytes(value: Json): Buffer {
  return Buffer.from(canonicalJson(value));
}
