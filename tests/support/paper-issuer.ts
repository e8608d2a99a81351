/**
 * An issuer on paper: keys, log and answers as a real one has them, without a database, so that a
 * test can change one thing in what it says. `fetch` is what a reader asks it through.
 */
import { fingerprint } from '../../src/crypto/age/keys.ts';
import { seal } from '../../src/crypto/age/seal.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { sha256, sha256Hex } from '../../src/crypto/hash.ts';
import { newId, randomBytes } from '../../src/crypto/random.ts';
import { type Signer, signer, verify } from '../../src/crypto/sign.ts';
import { copyPlaintextLength, type Manifest, packCopy } from '../../src/formats/copy.ts';
import { encodeInvitation } from '../../src/formats/invitation.ts';
import { joinSigningBytes } from '../../src/formats/join-proof.ts';
import { receiptSigningBytes } from '../../src/formats/receipt.ts';
import { formatCheckpoint } from '../../src/ledger/checkpoint.ts';
import { eventEntry, eventLeafHash, type Part } from '../../src/ledger/event-leaf.ts';
import { type EventProof, encodeEventProof } from '../../src/ledger/event-proof-form.ts';
import { buildEventTree, drawPositions, type EventTree } from '../../src/ledger/event-tree.ts';
import {
  appendLeaf,
  consistencyProof,
  EMPTY_FRONTIER,
  inclusionProof,
  rootOf,
} from '../../src/ledger/log-tree.ts';
import { signNote } from '../../src/ledger/note.ts';
import { promiseBytes } from '../../src/ledger/promise.ts';
import { tickLeafHash } from '../../src/ledger/tick-leaf.ts';
import { verifierKey } from '../../src/ledger/verifier-key.ts';
import type { FetchLike } from '../../src/participant/session.ts';

export const URL_OF_ISSUER = 'https://issuer.example/tocsin';
export const ORIGIN = 'issuer.example/log';
export const TICK_MS = 60_000;
export const START = Date.UTC(2025, 5, 24, 9);
export const CONTENT = Buffer.from('# Guidance\n\nLook for requests to the layouts page.\n');

export type IssuerSecrets = { readonly log: Signer; readonly manifest: Signer };

/** A reader as its issuer knows it. */
export type Enrolled = {
  readonly reader: string;
  readonly participant: string;
  readonly token: string;
  readonly recipient: string;
  readonly signKey: Buffer;
};

/** What a copy says, before it is signed; a test may say something else. */
export type Terms = {
  readonly content: Buffer;
  /** What is delivered, if not the content that the manifest names. */
  readonly delivered: Buffer;
  readonly manifest: Partial<Manifest>;
  /** What the ledger's event says, if not what the manifest says. */
  readonly event: Readonly<Record<string, string | number>>;
  /** When the ledger says that it happened, if not when the copy was issued. */
  readonly happened: number;
  readonly signManifest: Signer;
  readonly signPromise: Signer;
  readonly sealTo: string;
};

const TERMS = [{ code: 'no_marketing', text: 'Membership is no advertisement.' }];
const AT_ONCE = { inForce: true, from: '2025-06-24T09:00:00Z', until: null, audience: 'self' };
const T0_TEXT = '2025-07-08T17:00:00Z';
const OWED = { due: { keep_embargo: Date.parse(T0_TEXT) }, within: { leak_report: 86_400_000 } };
const OPEN = { dueAt: null, withinMs: null, doneAt: null, state: 'binding' };
const OBLIGATIONS = [
  { ...OPEN, code: 'keep_embargo', dueAt: T0_TEXT },
  { ...OPEN, code: 'acknowledge', dueAt: '2025-06-26T09:00:00Z', state: 'overdue' },
  { ...OPEN, code: 'leak_report', withinMs: 86_400_000 },
];
const USE = [
  { ...AT_ONCE, permission: 'read' },
  { ...AT_ONCE, permission: 'build_protection', until: T0_TEXT },
  {
    permission: 'ship_detection',
    inForce: false,
    from: T0_TEXT,
    until: null,
    audience: 'own_users',
  },
];

type Waiting = { readonly entry: string; readonly parts: readonly Part[]; readonly leaf: Buffer };
type Tick = {
  readonly tick: number;
  readonly at: number;
  readonly root: Buffer;
  readonly tree: EventTree;
  readonly events: readonly (Waiting & { readonly position: number })[];
};

/** What a test puts in place of an answer; null: the honest one. */
export type Instead = (path: string, init: RequestInit) => Promise<Response> | null;

export class PaperIssuer {
  readonly secrets: IssuerSecrets;
  readonly readers = new Map<string, Enrolled>();
  readonly invitations = new Set<string>();
  readonly receipts: string[] = [];
  readonly asked: { path: string; init: RequestInit }[] = [];
  readonly alert = newId();
  readonly artifact = newId();
  readonly notice = newId();
  /** The notices that were acknowledged. */
  readonly seen: string[] = [];
  /** When readers' keys end; RFC 3339. */
  keyEnds: string | null = null;
  instead: Instead = () => null;
  readonly #ticks: Tick[] = [];
  readonly #nodes = new Map<string, Uint8Array>();
  #frontier = EMPTY_FRONTIER;
  #waiting: Waiting[] = [];

  constructor(secrets: IssuerSecrets = newSecrets()) {
    this.secrets = secrets;
  }

  /** The same issuer, keys and readers and all, with another log. */
  sibling(): PaperIssuer {
    const sibling = new PaperIssuer(this.secrets);
    for (const [token, enrolled] of this.readers) sibling.readers.set(token, enrolled);
    return sibling;
  }

  get keys() {
    return {
      origin: ORIGIN,
      logVerifierKey: verifierKey(ORIGIN, this.secrets.log.publicKey),
      manifestKey: this.secrets.manifest.publicKey.toString('hex'),
    };
  }

  invite(): string {
    const invitation = `invite_${randomBytes(24).toString('base64url')}`;
    this.invitations.add(invitation);
    return encodeInvitation({ url: URL_OF_ISSUER, invitation, keys: this.keys });
  }

  /** Signs, records and seals a copy to `to`, issued at `at` and promised for two ticks later. */
  deliver(to: Enrolled, at = START, change: Partial<Terms> = {}): Buffer {
    const content = change.content ?? CONTENT;
    const claims = {
      v: 1 as const,
      programme: newId(),
      alert: this.alert,
      artifact: this.artifact,
      version: 1,
      kind: 'detection_guidance' as const,
      variant: 'full' as const,
      name: 'guidance.md',
      format: 'markdown' as const,
      participant: to.participant,
      reader: to.reader,
      keyFingerprint: fingerprint(to.recipient),
      contentSha256: sha256Hex(content),
      contentDigest: null,
      terms: TERMS,
      obligations: OWED,
      tlp: 'AMBER+STRICT' as const,
      usePermissions: ['read', 'build_protection'] as const,
      issuedAt: at,
      disclosureAt: START + 14 * 86_400_000,
      delivery: newId(),
      drill: false,
      ...change.manifest,
    };
    const waiting = deliveredEvent(claims, change.event ?? {}, change.happened ?? at);
    this.#waiting.push(waiting);
    const terms = { leaf: waiting.leaf.toString('hex'), by: at + 2 * TICK_MS };
    const signPromise = change.signPromise ?? this.secrets.log;
    const signature = signPromise.sign(promiseBytes(terms)).toString('base64');
    const manifest: Manifest = { promise: { ...terms, signature }, ...claims };
    const signManifest = change.signManifest ?? this.secrets.manifest;
    const { plaintext } = packCopy({
      manifest,
      sign: (bytes) => signManifest.sign(bytes),
      content: change.delivered ?? content,
      length: copyPlaintextLength(CONTENT.length + 100),
    });
    return seal([change.sealTo ?? to.recipient], plaintext);
  }

  /** One tick: all that waits gets its place. `without`: as if nothing had waited. */
  tick(at: number, { without = false } = {}): void {
    const waiting = without ? [] : this.#waiting;
    this.#waiting = [];
    const positions = drawPositions(waiting.length);
    const events = waiting.map((event, i) => ({ ...event, position: positions[i] ?? 0 }));
    const leaves = events.map(({ position, leaf }) => ({ position, hash: leaf }));
    const tree = buildEventTree(leaves, randomBytes(32));
    const tick = { tick: this.#ticks.length, at, root: tree.root, tree, events };
    const { frontier, nodes } = appendLeaf(this.#frontier, tickLeafHash(tick));
    for (const { level, index, hash } of nodes) this.#nodes.set(`${level}/${index}`, hash);
    this.#frontier = frontier;
    this.#ticks.push(tick);
  }

  get size(): number {
    return this.#frontier.size;
  }

  checkpoint(): string {
    const { size } = this.#frontier;
    const text = formatCheckpoint({ origin: ORIGIN, size, root: rootOf(this.#frontier) });
    return signNote(text, { name: ORIGIN, ...this.secrets.log });
  }

  /** The proof of the event with this leaf; null while no tick holds it. */
  proof(leaf: string): EventProof | null {
    for (const tick of this.#ticks) {
      for (const event of tick.events) {
        const [, part] = event.parts;
        if (event.leaf.toString('hex') !== leaf || part === undefined) continue;
        return encodeEventProof({
          entry: event.entry,
          part,
          position: event.position,
          path: tick.tree.path(event.position),
          tick,
          logIndex: tick.tick,
          logProof: inclusionProof(tick.tick, this.#frontier.size, this.#node),
          checkpoint: this.checkpoint(),
        });
      }
    }
    return null;
  }

  readonly fetch: FetchLike = async (url, init) => {
    const path = url.slice(URL_OF_ISSUER.length);
    this.asked.push({ path, init });
    return this.instead(path, init) ?? this.#answer(path, init);
  };

  /** For another's `instead`: this issuer answers in its place. */
  readonly answerInstead: Instead = async (path, init) => this.#answer(path, init);

  #answer(path: string, init: RequestInit): Response {
    if (path === '/v1/issuer') return json({ ...this.keys, tickMs: TICK_MS });
    if (path === '/v1/join') return this.#join(bodyOf(init));
    if (path === '/v1/log/checkpoint') return new Response(this.checkpoint());
    const [, from, to] = /^\/v1\/log\/consistency\?from=(\d+)&to=(\d+)$/.exec(path) ?? [];
    if (from !== undefined) return this.#consistency(Number(from), Number(to));
    const own = this.readers.get(tokenOf(init));
    if (own === undefined) return problem(401, 'expected a valid token');
    const [, leaf] = /^\/v1\/log\/proofs\/([0-9a-f]{64})$/.exec(path) ?? [];
    if (leaf !== undefined) return this.#prove(leaf);
    if (path === '/v1/receipts') return this.#receive(own, bodyOf(init));
    if (path === '/v1/keys') return json(this.#keys(own));
    if (path === '/v1/notices') {
      const notice = { id: this.notice, kind: 'something_changed', at: '2025-07-01T09:00:00Z' };
      return json({ items: [notice], next: null });
    }
    if (path === `/v1/notices/${this.notice}/acknowledgement`) {
      this.seen.push(this.notice);
      return json({ acknowledged: true });
    }
    if (path === '/v1/inbox') return json({ items: [this.#inboxAlert()], next: null });
    if (path === `/v1/inbox/${this.alert}`) return json(this.#inboxAlert());
    if (path === `/v1/inbox/${this.alert}/artifacts/${this.artifact}/copy`) {
      return new Response(new Uint8Array(this.deliver(own)));
    }
    return problem(404, 'expected something known to the caller');
  }

  #join({ invitation = '', recipient = '', signKey = '', proof = '' }: Record<string, string>) {
    const key = Buffer.from(signKey, 'base64');
    const signed = joinSigningBytes(sha256(Buffer.from(invitation)), recipient);
    if (!verify(key, signed, Buffer.from(proof, 'base64'))) return problem(422, 'proof');
    if (!this.invitations.delete(invitation)) return problem(404, 'expected an open one');
    const ids = { reader: newId(), participant: newId(), token: `tocsin_${newId()}` };
    this.readers.set(ids.token, { ...ids, recipient, signKey: key });
    return json(ids, 201);
  }

  #prove(leaf: string): Response {
    const proof = this.proof(leaf);
    return proof === null ? problem(409, 'this event waits for the next tick') : json(proof);
  }

  #receive({ signKey }: Enrolled, body: Record<string, string>): Response {
    const claim = {
      delivery: body['delivery'] ?? '',
      manifestSha256: Buffer.from(body['manifestSha256'] ?? '', 'hex'),
      ciphertextSha256: Buffer.from(body['ciphertextSha256'] ?? '', 'hex'),
    };
    const signature = Buffer.from(body['signature'] ?? '', 'base64');
    if (!verify(signKey, receiptSigningBytes(claim), signature)) return problem(422, 'signature');
    this.receipts.push(claim.delivery);
    return json({ acknowledged: true });
  }

  #consistency(from: number, to: number): Response {
    if (to > this.#frontier.size) return problem(400, 'to: expected at most the size');
    const proof = consistencyProof(from, to, this.#node);
    return json({ from, to, proof: proof.map(hex), ticks: [from, to].map(this.#lastTick(to)) });
  }

  /** The last tick of the log at one size, and that it is in the log of size `to`. */
  readonly #lastTick = (to: number) => (size: number) => {
    const tick = this.#ticks[size - 1];
    if (tick === undefined) throw new Error(`no tick ${size - 1} in the log`);
    const logProof = inclusionProof(tick.tick, to, this.#node).map(hex);
    return { tick: tick.tick, at: tick.at, root: hex(tick.root), logProof };
  };

  #keys({ reader, recipient }: Enrolled) {
    const since = new Date(START).toISOString();
    const key = { reader, label: 'desk', fingerprint: fingerprint(recipient), since };
    return { reader, keys: [{ ...key, expiresAt: this.keyEnds, reported: null, next: null }] };
  }

  #inboxAlert() {
    return {
      id: this.alert,
      title: 'Deserialization in the layouts page',
      drill: false,
      tlp: 'AMBER+STRICT',
      usePermissions: ['read', 'build_protection'],
      use: {
        terms: TERMS,
        safeToSay: null as string | null,
      },
      obligations: OBLIGATIONS,
      disclosureAt: T0_TEXT,
      artifacts: [
        {
          id: this.artifact,
          kind: 'detection_guidance',
          variant: 'full',
          format: 'markdown',
          name: 'guidance.md',
          version: 1,
          revises: null,
          assurance: 'sealed',
          use: USE,
        },
      ],
    };
  }

  readonly #node = (level: number, index: number): Uint8Array => {
    const hash = this.#nodes.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`no node ${level}/${index} in the log`);
    return hash;
  };
}

export function newSecrets(): IssuerSecrets {
  return { log: signer(randomBytes(32)), manifest: signer(randomBytes(32)) };
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json' },
  });
}

export function problem(status: number, detail: string, code?: string): Response {
  return json({ type: 'about:blank', status, detail, code }, status);
}

function deliveredEvent(
  claims: Omit<Manifest, 'promise'>,
  change: Readonly<Record<string, string | number>>,
  at: number,
): Waiting {
  const { programme, delivery, alert, artifact, version, participant, reader } = claims;
  const data = {
    ...{ delivery, alert, artifact, version, participant, reader },
    fingerprint: claims.keyFingerprint,
    assurance: 'sealed',
    content: claims.contentSha256,
    ...change,
  };
  const event = { v: 1, id: newId(), type: 'delivered', at, programme, data };
  const parts: Part[] = [
    { audience: 'issuer', body: canonicalJson({ ...event, subjects: [] }), salt: randomBytes(32) },
    { audience: 'participant', body: canonicalJson(event), salt: randomBytes(32) },
  ];
  const entry = eventEntry(parts);
  return { entry, parts, leaf: eventLeafHash(entry) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bodyOf({ body }: RequestInit): Record<string, string> {
  if (typeof body !== 'string') throw new Error('expected a JSON body');
  return JSON.parse(body) as Record<string, string>;
}

function tokenOf({ headers }: RequestInit): string {
  return (new Headers(headers).get('authorization') ?? '').replace(/^Bearer /, '');
}
