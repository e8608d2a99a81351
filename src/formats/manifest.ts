import {
  ARTIFACT_KINDS,
  type ArtifactKind,
  FORMATS,
  type Format,
  TERM_TEXT,
  TLP_LABELS,
  type Tlp,
  USE_PERMISSIONS,
  type UsePermission,
  VARIANTS,
  type Variant,
} from '../domain/artifact.ts';
import { TocsinError } from '../domain/errors.ts';
import { isId } from '../domain/ids.ts';

/** What a copy says of itself, signed by the issuer (docs/formats/copy.md). Ids are UUIDv4. */
export type Manifest = {
  readonly v: 1;
  readonly programme: string;
  readonly alert: string;
  readonly artifact: string;
  /** Of the artifact, from 1. */
  readonly version: number;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  /** File name of the content. */
  readonly name: string;
  readonly format: Format;
  readonly participant: string;
  readonly reader: string;
  /** SHA-256 of the `age1…` string the copy was sealed to, 64 hex digits. */
  readonly keyFingerprint: string;
  /** SHA-256 of the content as delivered, marked, 64 hex digits. */
  readonly contentSha256: string;
  /** Of rules, what every copy has in common (`digestedContent`); null: there is none. */
  readonly contentDigest: string | null;
  /** The programme's terms of use, in its words; none, if it sets none. */
  readonly terms: readonly ManifestTerm[];
  /** What is owed for having it, as things were at issue. */
  readonly obligations: ManifestObligations;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  /** Milliseconds since 1970, as every instant. */
  readonly issuedAt: number;
  readonly disclosureAt: number;
  /** The delivery event's subject. */
  readonly delivery: string;
  /** Whether the alert is a drill, and nothing in it is real. */
  readonly drill: boolean;
  readonly promise: LedgerPromise;
};

type ManifestTerm = {
  /** A lower-case word; distinct within a manifest. */
  readonly code: string;
  /** As `TERM_TEXT`. */
  readonly text: string;
};

/** By obligation, a lower-case word. Short, as a manifest has little room. */
type ManifestObligations = {
  /** By when it is to be done, or until when to be kept, in milliseconds since 1970. */
  readonly due: Times;
  /** Within how many milliseconds of what it is about, which may never happen. */
  readonly within: Times;
};

type Times = Readonly<Record<string, number>>;

/**
 * The log's signed word that the delivery event will be in the ledger
 * (docs/formats/event-proof.md).
 */
type LedgerPromise = {
  /** Leaf hash of the event, 64 hex digits. */
  readonly leaf: string;
  /** Instant of the latest tick that will hold it, in milliseconds. */
  readonly by: number;
  /** Ed25519, standard padded Base64 of 64 bytes. */
  readonly signature: string;
};

/** Longest manifest, in bytes of UTF-8. */
export const MAX_MANIFEST_BYTES = 4096;
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

const SIGNING_CONTEXT = 'tocsin/manifest/v1\n';
const SHA256_HEX = /^[0-9a-f]{64}$/;
/** Of a term or an obligation. */
const CODE = /^[a-z_]{1,40}$/;
const MAX_TERMS = 8;
const MAX_OBLIGATIONS = 8;

/** Members of a manifest, of its promise, of its obligations and of a term. */
const OBLIGATION_MEMBERS = ['due', 'within'] as const satisfies (keyof ManifestObligations)[];
const TERM_MEMBERS = ['code', 'text'] as const satisfies (keyof ManifestTerm)[];
const PROMISE_MEMBERS = ['by', 'leaf', 'signature'] as const satisfies (keyof LedgerPromise)[];
const MEMBERS = [
  'alert',
  'artifact',
  'contentDigest',
  'contentSha256',
  'delivery',
  'disclosureAt',
  'drill',
  'format',
  'issuedAt',
  'keyFingerprint',
  'kind',
  'name',
  'obligations',
  'participant',
  'programme',
  'promise',
  'reader',
  'terms',
  'tlp',
  'usePermissions',
  'v',
  'variant',
  'version',
] as const satisfies (keyof Manifest)[];

/**
 * What the issuer signs (Ed25519): UTF-8 of `"tocsin/manifest/v1\n"` and the manifest as it stands.
 */
export function manifestSigningBytes(manifestJson: string): Buffer {
  return Buffer.from(SIGNING_CONTEXT + manifestJson);
}

/**
 * The manifest's canonical JSON (RFC 8785), the only form that `parseManifest` reads.
 * @throws SEAL_MALFORMED naming the member that readers would refuse: better no copy than one that
 *   does not open.
 */
export function formatManifest(manifest: Manifest): string {
  const form = formOf(manifest);
  manifestIn(form);
  const json = JSON.stringify(form);
  requireLength(json);
  return json;
}

/** Written out in order: a list as replacer would do it too, at several times the cost. */
function formOf({ promise, terms, obligations, ...rest }: Manifest) {
  const { by, leaf, signature } = promise;
  return {
    alert: rest.alert,
    artifact: rest.artifact,
    // None, no member, as with terms: copies from before there were any keep their form.
    contentDigest: rest.contentDigest ?? undefined,
    contentSha256: rest.contentSha256,
    delivery: rest.delivery,
    disclosureAt: rest.disclosureAt,
    drill: rest.drill ? true : undefined,
    format: rest.format,
    issuedAt: rest.issuedAt,
    keyFingerprint: rest.keyFingerprint,
    kind: rest.kind,
    name: rest.name,
    obligations: obligationsForm(obligations),
    participant: rest.participant,
    programme: rest.programme,
    promise: { by, leaf, signature },
    reader: rest.reader,
    terms: terms.length > 0 ? terms.map(({ code, text }) => ({ code, text })) : undefined,
    tlp: rest.tlp,
    usePermissions: rest.usePermissions,
    v: rest.v,
    variant: rest.variant,
    version: rest.version,
  } satisfies { [member in keyof Manifest]: Manifest[member] | undefined };
}

/** As with terms: of nothing that is owed there is no member. */
function obligationsForm({ due, within }: ManifestObligations): ManifestObligations | undefined {
  const form = { due: inOrder(due), within: inOrder(within) };
  return Object.keys({ ...due, ...within }).length > 0 ? form : undefined;
}

function inOrder(times: Times): Times {
  return Object.fromEntries(Object.entries(times).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Reads a manifest, which is attacker-controlled until its signature has been verified. Members
 * that are missing, unknown, repeated or of another kind are refused, and so is any form but the
 * canonical.
 * @throws SEAL_MALFORMED naming the member. @throws UNSUPPORTED on another version.
 */
export function parseManifest(manifestJson: string): Manifest {
  const manifest = manifestIn(parseObject(manifestJson));
  if (JSON.stringify(formOf(manifest)) !== manifestJson) fault('text', 'RFC 8785 canonical JSON');
  return manifest;
}

/** A manifest of these members, each checked; one that is `undefined` is not there. */
function manifestIn(found: Members): Manifest {
  const { v, promise } = found;
  if (typeof v === 'number' && v !== 1) {
    throw new TocsinError('UNSUPPORTED', `manifest: expected version 1, found ${v}`);
  }
  onlyMembers('manifest', found, MEMBERS);
  return {
    v: v === 1 ? v : fault('v', '1'),
    programme: id(found, 'programme'),
    alert: id(found, 'alert'),
    artifact: id(found, 'artifact'),
    version: integer(found, 'version', 1),
    kind: word(found, 'kind', ARTIFACT_KINDS),
    variant: word(found, 'variant', VARIANTS),
    name: text(found, 'name'),
    format: word(found, 'format', FORMATS),
    participant: id(found, 'participant'),
    reader: id(found, 'reader'),
    keyFingerprint: sha256(found, 'keyFingerprint'),
    contentSha256: sha256(found, 'contentSha256'),
    contentDigest: found['contentDigest'] === undefined ? null : sha256(found, 'contentDigest'),
    terms: terms(found),
    obligations: obligations(found),
    tlp: word(found, 'tlp', TLP_LABELS),
    usePermissions: permissions(found),
    issuedAt: integer(found, 'issuedAt', 0),
    disclosureAt: integer(found, 'disclosureAt', 0),
    delivery: id(found, 'delivery'),
    drill: drill(found),
    promise: isObject(promise) ? parsePromise(promise) : fault('promise', 'an object'),
  };
}

type Members = Readonly<Record<string, unknown>>;

function parsePromise(found: Members): LedgerPromise {
  onlyMembers('manifest promise', found, PROMISE_MEMBERS);
  return {
    leaf: sha256(found, 'leaf'),
    by: integer(found, 'by', 0),
    signature: signature(found, 'signature'),
  };
}

function parseObject(json: string): Members {
  requireLength(json);
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    // The parser's own message quotes the text: it stays here.
    fault('text', 'JSON');
  }
  return isObject(found) ? found : fault('text', 'an object');
}

function requireLength(json: string): void {
  if (Buffer.byteLength(json) <= MAX_MANIFEST_BYTES) return;
  fault('text', `at most ${MAX_MANIFEST_BYTES} bytes`);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function onlyMembers(what: string, found: Members, members: readonly string[]): void {
  const unknown = Object.keys(found).find((name) => !members.includes(name));
  if (unknown === undefined) return;
  throw new TocsinError(
    'SEAL_MALFORMED',
    `${what}: expected ${members.join(', ')}, found a member of another name`,
  );
}

function id(found: Members, member: string): string {
  const value = found[member];
  return typeof value === 'string' && isId(value) ? value : fault(member, 'a lower-case UUIDv4');
}

function sha256(found: Members, member: string): string {
  const value = found[member];
  const fits = typeof value === 'string' && SHA256_HEX.test(value);
  return fits ? value : fault(member, '64 lower-case hex digits');
}

function integer(found: Members, member: string, least: number): number {
  const value = found[member];
  const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
  return fits ? value : fault(member, `an integer from ${least}`);
}

function text(found: Members, member: string): string {
  const value = found[member];
  return typeof value === 'string' && value.isWellFormed() ? value : fault(member, 'a text');
}

function word<T extends string>(found: Members, member: string, words: readonly T[]): T {
  const value = found[member];
  return words.find((known) => known === value) ?? fault(member, `one of ${words.join(', ')}`);
}

function permissions(found: Members): UsePermission[] {
  const list: unknown = found['usePermissions'];
  if (!Array.isArray(list)) return fault('usePermissions', 'a list');
  const parsed = list.map((item: unknown) =>
    word({ usePermissions: item }, 'usePermissions', USE_PERMISSIONS),
  );
  return new Set(parsed).size === parsed.length
    ? parsed
    : fault('usePermissions', 'distinct words');
}

function drill(found: Members): boolean {
  const value: unknown = found['drill'];
  return value === undefined || value === true ? value === true : fault('drill', 'true, or none');
}

function terms(found: Members): ManifestTerm[] {
  const list: unknown = found['terms'];
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > MAX_TERMS) {
    return fault('terms', `a list of at most ${MAX_TERMS}`);
  }
  const parsed = list.map((item: unknown) =>
    isObject(item) ? parseTerm(item) : fault('terms', 'objects'),
  );
  const codes = new Set(parsed.map(({ code }) => code));
  return codes.size === parsed.length ? parsed : fault('terms', 'distinct codes');
}

/** The code may be one of a later vocabulary: the text says what it means. */
function parseTerm(found: Members): ManifestTerm {
  onlyMembers('manifest terms', found, TERM_MEMBERS);
  const { code, text: says } = found;
  if (typeof code !== 'string' || !CODE.test(code)) return fault('terms', 'lower-case codes');
  if (typeof says !== 'string' || !TERM_TEXT.test(says)) {
    return fault('terms', 'texts of one line, 1 to 200 characters');
  }
  return { code, text: says };
}

/** Codes may be of a later vocabulary here too: the time is what counts. */
function obligations(found: Members): ManifestObligations {
  const value = found['obligations'];
  if (value === undefined) return { due: {}, within: {} };
  if (!isObject(value)) return fault('obligations', 'an object');
  onlyMembers('manifest obligations', value, OBLIGATION_MEMBERS);
  return { due: times(value['due']), within: times(value['within']) };
}

function times(value: unknown): Times {
  if (!isObject(value)) return fault('obligations', 'objects');
  const found = Object.keys(value);
  if (found.length > MAX_OBLIGATIONS || !found.every((code) => CODE.test(code))) {
    return fault('obligations', `at most ${MAX_OBLIGATIONS} lower-case codes`);
  }
  return Object.fromEntries(found.map((code) => [code, time(value[code], 'obligations')]));
}

function time(value: unknown, member: string): number {
  return integer({ [member]: value }, member, 0);
}

function signature(found: Members, member: string): string {
  const value = found[member];
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
  const fits = bytes.length === SIGNATURE_BYTES && bytes.toString('base64') === value;
  return fits ? bytes.toString('base64') : fault(member, `Base64 of ${SIGNATURE_BYTES} bytes`);
}

function fault(member: string, expected: string): never {
  throw new TocsinError(
    'SEAL_MALFORMED',
    `manifest ${member}: expected ${expected}, found something else`,
    { field: member },
  );
}
