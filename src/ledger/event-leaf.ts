/**
 * The entry of one event: for each audience a commitment to that audience's part. The entry is what
 * the ledger keeps for ever; bodies and salts can be erased, and the tree above stays whole.
 * Format: docs/formats/event.md.
 */
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import { type HashFn, leafHash } from './proof.ts';
import { hex32, list, record, text } from './shape.ts';

/** Who may read a part. */
export type Audience = 'issuer' | 'participant';

/** What one audience may read of an event, before it is committed. */
export type Part = {
  readonly audience: Audience;
  /** Canonical JSON (RFC 8785). */
  readonly body: string;
  /** 32 random bytes of this part alone: they hide the body behind the commitment. */
  readonly salt: Buffer;
};

/** One line of an entry. */
export type PartCommitment = { readonly audience: Audience; readonly commitment: Buffer };

/** Length of a part's salt in bytes: 256 bits, so that no guess of a body can be confirmed. */
export const SALT_BYTES = 32;

/** Says what is hashed; the salt after it has a fixed length, so nothing is ambiguous. */
const COMMITMENT_LABEL = Buffer.from('tocsin/part/v1\n');

/** In an entry the issuer's part always comes first, and there are at most these two. */
const ORDER: readonly Audience[] = ['issuer', 'participant'];

/**
 * The commitment to a part: SHA-256("tocsin/part/v1\n" ‖ salt ‖ UTF-8 body), 32 bytes. `hash` is
 * for a verifier that brings its own SHA-256.
 * @throws INVALID_INPUT when the salt is not 32 bytes or the body not well-formed Unicode.
 */
export function partCommitment(salt: Uint8Array, body: string, hash: HashFn = sha256): Buffer {
  if (salt.length !== SALT_BYTES) throw invalid('part.salt', `${SALT_BYTES} bytes`, salt.length);
  return Buffer.from(hash(COMMITMENT_LABEL, salt, Buffer.from(text('part.body', body))));
}

/**
 * The entry of an event with these parts: canonical JSON
 * `{"parts":[{"audience":…,"commitment":<64 hex>},…],"v":1}`.
 * @throws INVALID_INPUT when the parts are not the issuer's, or the issuer's and then the
 *   participant's; or as `partCommitment`.
 */
export function eventEntry(parts: readonly Part[]): string {
  return encodeEntry(
    parts.map(({ audience, salt, body }) => ({ audience, commitment: partCommitment(salt, body) })),
  );
}

/** The leaf of an event in its tick's tree: RFC 6962's leaf hash of its entry. 32 bytes. */
export function eventLeafHash(entry: string): Buffer {
  return Buffer.from(leafHash(sha256, Buffer.from(entry)));
}

/**
 * Reads an entry that anybody may have written. Only the exact bytes `eventEntry` would have made
 * are accepted, so an entry has one reading and a reading one entry.
 * @throws INVALID_INPUT naming what is wrong.
 */
export function parseEventEntry(entry: string): PartCommitment[] {
  const parts = commitmentsIn(parseJson(entry));
  if (encodeEntry(parts) !== entry) {
    throw invalid('entry', 'canonical JSON of version 1 and nothing else', 'another form');
  }
  return parts;
}

/** An audience as found in a file or an answer. @throws INVALID_INPUT */
export function parseAudience(field: string, value: unknown): Audience {
  const audience = ORDER.find((known) => known === value);
  if (audience === undefined) throw invalid(field, ORDER.join(' or '), value);
  return audience;
}

function commitmentsIn(value: unknown): PartCommitment[] {
  const parts = list('entry.parts', record('entry', value)['parts'], ORDER.length);
  return parts.map((part, i) => {
    const field = `entry.parts[${i}]`;
    const { audience, commitment } = record(field, part);
    return {
      audience: parseAudience(`${field}.audience`, audience),
      commitment: hex32(`${field}.commitment`, commitment),
    };
  });
}

function encodeEntry(parts: readonly PartCommitment[]): string {
  if (parts.length < 1 || parts.some(({ audience }, i) => audience !== ORDER[i])) {
    const found = parts.map(({ audience }) => audience).join(', ');
    throw invalid('parts', "the issuer's, then at most the participant's", found);
  }
  return canonicalJson({
    v: 1,
    parts: parts.map(({ audience, commitment }) => ({
      audience,
      commitment: commitment.toString('hex'),
    })),
  });
}

function parseJson(entry: string): unknown {
  try {
    return JSON.parse(entry);
  } catch (cause) {
    const found = `${entry.length} characters of something else`;
    throw new TocsinError('INVALID_INPUT', `entry: expected JSON, found ${found}`, {
      field: 'entry',
      cause,
    });
  }
}
