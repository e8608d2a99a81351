/**
 * Requests as readers sign them: HTTP Message Signatures (RFC 9421) by Ed25519, with the one tag
 * and the one list of components of docs/api.md, "Signed requests".
 */

/** What our signatures are for (RFC 9421, section 2.3, `tag`): one of another tag is none. */
const TAG = 'tocsin-reader';
/** The name of ours in both headers (section 4.1). */
const LABEL = 'tocsin';

/** A part of a request by its name, with its value as it is signed. */
export type Component = readonly [name: string, value: string];

/** A request, as far as it is signed. */
export type RequestToSign = {
  /** In capitals. */
  readonly method: string;
  /** Host in lower case, with its port where that is not the scheme's own. */
  readonly authority: string;
  /** Path and query as sent, from `/v1/` on. */
  readonly target: string;
  /** The header Content-Digest; null: no body. */
  readonly contentDigest: string | null;
  /** The header Idempotency-Key; null: none. */
  readonly idempotencyKey: string | null;
};

/** All that is covered of a request, in our order. Nothing else is ever covered, nor less. */
export function componentsOf(request: RequestToSign): Component[] {
  const { method, authority, target, contentDigest, idempotencyKey } = request;
  const query = target.indexOf('?');
  return [
    ['@method', method],
    ['@authority', authority],
    ['@path', query < 0 ? target : target.slice(0, query)],
    // Without a query it is the question mark alone (section 2.2.7).
    ['@query', query < 0 ? '?' : target.slice(query)],
    ...optional('content-digest', contentDigest),
    ...optional('idempotency-key', idempotencyKey),
  ];
}

function optional(name: string, value: string | null): Component[] {
  return value === null ? [] : [[name, value]];
}

/** The bytes that are signed (section 2.5). */
export function signatureBase(components: readonly Component[], params: string): Buffer {
  const lines = [...components, ['@signature-params', params] as const];
  return Buffer.from(lines.map(([name, value]) => `"${name}": ${value}`).join('\n'));
}

/** What a signature says of itself. */
export type SignatureTerms = {
  /** Seconds since 1970. */
  readonly created: number;
  /** Base64url, said once. */
  readonly nonce: string;
  /** Id of the reader whose key signed. */
  readonly keyid: string;
};

/** The value of `@signature-params` over these components (section 2.3). */
export function signatureParams(
  components: readonly Component[],
  { created, nonce, keyid }: SignatureTerms,
): string {
  const names = components.map(([name]) => `"${name}"`).join(' ');
  const said = `created=${created};nonce="${nonce}";keyid="${keyid}"`;
  return `(${names});${said};alg="ed25519";tag="${TAG}"`;
}

/** The two headers of a signed request. */
export function signatureHeaders(params: string, signature: Uint8Array) {
  return {
    'signature-input': `${LABEL}=${params}`,
    signature: `${LABEL}=:${Buffer.from(signature).toString('base64')}:`,
  } as const;
}

/** The header Content-Digest (RFC 9530) of a body, by its SHA-256. */
export function contentDigest(sha256: Uint8Array): string {
  return `sha-256=:${Buffer.from(sha256).toString('base64')}:`;
}

/** A signature as it was sent: nothing of it is believed yet. */
export type SentSignature = SignatureTerms & {
  /** Names of what it covers, in its order. */
  readonly covered: readonly string[];
  /** The value of `@signature-params`, as sent. */
  readonly params: string;
  /** 64 bytes. */
  readonly signature: Buffer;
};

const INPUT = /^([a-z][a-z0-9_.*-]{0,63})=(\(([^()]{0,200})\)((?:;[a-z]+=(?:"[^"\\]*"|\d+))*))$/;
const SIGNATURE = /^([a-z][a-z0-9_.*-]{0,63})=:([A-Za-z0-9+/]{86}==):$/;
const NAMES = /^"[@a-z-]+"(?: "[@a-z-]+")*$/;
const CREATED = /^[1-9]\d{0,11}$/;
const NONCE = /^"([A-Za-z0-9_-]{16,86})"$/;
const KEYID = /^"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"$/;

/**
 * Reads the two headers: one signature, of our tag, with `created`, `nonce` and `keyid`, in any
 * order, each once and no parameter beside. Null for all else.
 */
export function parseSignature(input: string, signature: string): SentSignature | null {
  const [, label, params = '', names = '', rest = ''] = INPUT.exec(input) ?? [];
  const [, sameLabel, base64 = ''] = SIGNATURE.exec(signature) ?? [];
  if (label === undefined || label !== sameLabel || !NAMES.test(names)) return null;
  const bytes = Buffer.from(base64, 'base64');
  // Decoders are lenient in the last digit.
  if (bytes.length !== 64 || bytes.toString('base64') !== base64) return null;
  const said = paramsIn(rest);
  if (said === null || said.get('tag') !== `"${TAG}"`) return null;
  if ((said.get('alg') ?? '"ed25519"') !== '"ed25519"') return null;
  const created = said.get('created') ?? '';
  const nonce = NONCE.exec(said.get('nonce') ?? '')?.[1];
  const keyid = KEYID.exec(said.get('keyid') ?? '')?.[1];
  if (!CREATED.test(created) || nonce === undefined || keyid === undefined) return null;
  const covered = names.split(' ').map((name) => name.slice(1, -1));
  return { covered, params, signature: bytes, created: Number(created), nonce, keyid };
}

const KNOWN = new Set(['created', 'nonce', 'keyid', 'alg', 'tag']);

/** Parameters by their names; null where one is unknown, or comes twice. */
function paramsIn(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/;([a-z]+)=("[^"\\]*"|\d+)/g)) {
    if (!KNOWN.has(name) || found.has(name)) return null;
    found.set(name, value);
  }
  return found;
}

/**
 * The bytes that a sent signature is to be over: of exactly the components of the request, each
 * once, in the order in which it names them. Null where it covers less, more or twice.
 */
export function baseOfSent(sent: SentSignature, request: RequestToSign): Buffer | null {
  const all = new Map(componentsOf(request));
  if (sent.covered.length !== all.size || new Set(sent.covered).size !== all.size) return null;
  const components: Component[] = [];
  for (const name of sent.covered) {
    const value = all.get(name);
    if (value === undefined) return null;
    components.push([name, value]);
  }
  return signatureBase(components, sent.params);
}
