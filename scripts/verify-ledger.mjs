#!/usr/bin/env node
// Verifies an exported ledger: node scripts/verify-ledger.mjs EXPORT [VERIFIER-KEY]
//
// Written only from the pages in docs/formats (event, event-tree, checkpoint, ledger-export); it
// shares no code with Tocsin, so that a mistake in one is not repeated in the other. Needs Node 20
// or newer, nothing else. EXPORT may be "-" for standard input. Give the VERIFIER-KEY you pinned:
// without it the export is only checked against the key that it names itself.
//
// Exit status: 0 verified, 1 the first mistake is on standard error, 2 wrong usage.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';

const DEPTH = 20;
const CAPACITY = 2 ** DEPTH;
const AUDIENCES = ['issuer', 'participant'];
const EVIDENCE_TYPES = ['reading_committed', 'evidence_entered', 'evidence_counted'];

class Mistake extends Error {}

const [path, pinnedKey, ...surplus] = process.argv.slice(2);
if (path === undefined || surplus.length > 0) {
  console.error('usage: verify-ledger.mjs EXPORT [VERIFIER-KEY]');
  process.exit(2);
}
let lineNumber = 0;
try {
  console.log(await verifyLedger(path));
} catch (error) {
  const where = lineNumber > 0 ? `line ${lineNumber}: ` : '';
  const what = error instanceof Mistake || error.code ? error.message : error.stack;
  console.error(`ledger not verified: ${where}${what}`);
  process.exit(1);
}

async function verifyLedger(file) {
  let checkpoint;
  // Of the evidence, per programme its events in the order of the ticks.
  const evidence = { programmes: new Map(), erased: false };
  const log = { size: 0, at: -1, events: 0, subtrees: [], evidence };
  for await (const line of linesOf(file === '-' ? process.stdin : createReadStream(file))) {
    lineNumber += 1;
    const value = parseJson('the line', line);
    if (checkpoint === undefined) checkpoint = verifyHeader(value);
    else addTick(log, value);
  }
  if (checkpoint === undefined) throw new Mistake('expected a header line, found an empty file');
  lineNumber = 0;
  same('size of the checkpoint', checkpoint.size, String(log.size));
  same('root of the log', checkpoint.root, logRoot(log.subtrees).toString('base64'));
  verifyEvidence(log.evidence);
  const root = logRoot(log.subtrees).toString('hex');
  return `ledger verified: ${log.size} ticks, ${log.events} events, root ${root}`;
}

/** Lines end in a newline and nothing else: node:readline also splits at U+2028 in a string. */
async function* linesOf(input) {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8')) {
    const lines = chunk.split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop();
    yield* lines;
  }
  if (rest !== '') throw new Mistake('expected a newline at the end of the file');
}

// ---- The header: docs/formats/checkpoint.md ----

function verifyHeader(header) {
  members('header', header, ['origin', 'verifierKey', 'checkpoint']);
  for (const [name, value] of Object.entries(header)) string(`header: ${name}`, value);
  const { origin, verifierKey, checkpoint } = header;
  if (pinnedKey !== undefined) same('verifier key', pinnedKey, verifierKey);
  const key = parseVerifierKey(verifierKey);
  same('name of the key', origin, key.name);
  const text = verifyNote(checkpoint, key);
  const lines = text.split('\n');
  if (lines.length !== 4)
    throw new Mistake(`checkpoint: expected 3 lines, found ${lines.length - 1}`);
  same('origin of the checkpoint', origin, lines[0]);
  return { size: lines[1], root: lines[2] };
}

function parseVerifierKey(text) {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!parts) throw new Mistake('verifier key: expected <name>+<8 hex digits>+<base64>');
  const [, name, id, encoded] = parts;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1 || bytes.toString('base64') !== encoded) {
    throw new Mistake('verifier key: expected an Ed25519 key');
  }
  same('id of the verifier key', sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex'), id);
  const x = bytes.subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { name, id, publicKey };
}

function verifyNote(note, { name, id, publicKey }) {
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) throw new Mistake('checkpoint: expected a blank line before the signatures');
  const text = note.slice(0, blank + 1);
  const own = note
    .slice(blank + 2)
    .split('\n')
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => Buffer.from(line.slice(`— ${name} `.length), 'base64'))
    .filter((bytes) => bytes.subarray(0, 4).toString('hex') === id);
  if (own.length === 0)
    throw new Mistake(`checkpoint: expected a signature by ${name}, found none`);
  for (const bytes of own) {
    if (!verify(null, Buffer.from(text), publicKey, bytes.subarray(4))) {
      throw new Mistake(`checkpoint: the signature by ${name} does not verify`);
    }
  }
  return text;
}

// ---- A tick: docs/formats/event-tree.md ----

function addTick(log, value) {
  members('tick', value, ['tick', 'at', 'root', 'events', 'key']);
  const { tick, at, root, events } = value;
  same('number of the tick', String(log.size), String(tick));
  if (!Number.isSafeInteger(at) || at <= log.at) {
    throw new Mistake(`tick ${tick}: expected a time after ${log.at} ms, found ${at}`);
  }
  const mac = hmacWith(hex32(`tick ${tick}: key`, value.key));
  hex32(`tick ${tick}: root`, root);
  if (!Array.isArray(events)) throw new Mistake(`tick ${tick}: expected a list of events`);
  const leaves = events.map((event, i) => eventLeaf(`tick ${tick}: event ${i + 1}`, event, at));
  requireRising(tick, leaves);
  same(`tick ${tick}: root`, root, eventSubtree(mac, DEPTH, 0, leaves).toString('hex'));
  appendLeaf(log, leafHash(`{"at":${at},"root":"${root}","tick":${tick},"v":1}`));
  log.at = at;
  log.events += events.length;
  for (const { parts } of events) noteEvidence(log.evidence, tick, parts[0]);
}

function requireRising(tick, leaves) {
  for (const [i, { position }] of leaves.entries()) {
    if (i > 0 && position <= leaves[i - 1].position) {
      throw new Mistake(`tick ${tick}: event ${i + 1}: expected a position above the one before`);
    }
  }
}

/** The subtree number `index` of 2^height positions, over the events that lie in it. */
function eventSubtree(mac, height, index, leaves) {
  if (leaves.length === 0) return emptySubtree(mac, height, index);
  if (height === 0) return leaves[0].leaf;
  const middle = (2 * index + 1) * 2 ** (height - 1);
  const firstRight = leaves.findIndex(({ position }) => position >= middle);
  const split = firstRight < 0 ? leaves.length : firstRight;
  return nodeHash(
    eventSubtree(mac, height - 1, 2 * index, leaves.slice(0, split)),
    eventSubtree(mac, height - 1, 2 * index + 1, leaves.slice(split)),
  );
}

function emptySubtree(mac, height, index) {
  const fields = ['tocsin/empty/v1', String(height), String(index)];
  return mac(fields.map((field) => `\0\0\0${String.fromCharCode(field.length)}${field}`).join(''));
}

// ---- An event: docs/formats/event.md ----

function eventLeaf(where, event, tickAt) {
  members(where, event, ['position', 'entry', 'parts']);
  const { position, entry, parts } = event;
  if (!Number.isInteger(position) || position < 0 || position >= CAPACITY) {
    throw new Mistake(`${where}: expected a position in [0, 2^20), found ${position}`);
  }
  if (!Array.isArray(parts) || parts.length < 1 || parts.length > AUDIENCES.length) {
    throw new Mistake(`${where}: expected 1 or 2 parts`);
  }
  const committed = commitmentsOf(where, entry);
  same(`${where}: parts`, String(committed.length), String(parts.length));
  for (const [i, part] of parts.entries())
    verifyPart(`${where}: part ${i + 1}`, part, committed[i], tickAt);
  return { position, leaf: leafHash(entry) };
}

function commitmentsOf(where, entry) {
  string(`${where}: entry`, entry);
  const { parts } = parseJson(`${where}: entry`, entry);
  if (!Array.isArray(parts)) throw new Mistake(`${where}: entry: expected a list of parts`);
  const written = parts.map((part, i) => {
    hex32(`${where}: commitment ${i + 1}`, part?.commitment);
    same(`${where}: audience ${i + 1}`, AUDIENCES[i], part.audience);
    return `{"audience":"${part.audience}","commitment":"${part.commitment}"}`;
  });
  same(`${where}: entry`, `{"parts":[${written.join(',')}],"v":1}`, entry);
  return parts;
}

function verifyPart(where, part, { audience, commitment }, tickAt) {
  members(
    where,
    part,
    part?.erased === true ? ['audience', 'erased'] : ['audience', 'body', 'salt'],
  );
  same(`${where}: audience`, audience, part.audience);
  // Of an erased part only the commitment is left, and the entry holds that.
  if (part.erased) return;
  const salt = hex32(`${where}: salt`, part.salt);
  string(`${where}: body`, part.body);
  same(
    `${where}: commitment`,
    commitment,
    sha256('tocsin/part/v1\n', salt, part.body).toString('hex'),
  );
  const happened = timeOf(part.body);
  if (happened > tickAt) {
    throw new Mistake(
      `${where}: expected a time of ${tickAt} ms, its tick's, at most, found ${happened}`,
    );
  }
}

/** When the event happened, by its body. A body that says nothing of it cannot be too late. */
function timeOf(body) {
  try {
    const at = JSON.parse(body)?.at;
    return typeof at === 'number' ? at : 0;
  } catch {
    return 0;
  }
}

// ---- The evidence over alerts: docs/formats/ledger-export.md ----

function noteEvidence(evidence, tick, part) {
  if (part.erased) evidence.erased = true;
  let event;
  try {
    event = JSON.parse(part.body);
  } catch {
    return;
  }
  if (!EVIDENCE_TYPES.includes(event?.type) || typeof event.data !== 'object') return;
  const key = String(event.programme);
  const { programmes } = evidence;
  if (!programmes.has(key)) programmes.set(key, []);
  programmes.get(key).push({ tick, type: event.type, ...event.data });
}

function verifyEvidence({ programmes, erased }) {
  // Of an erased body nobody can say what it said.
  if (erased) return;
  for (const [programme, events] of programmes) verifyProgramme(`programme ${programme}`, events);
}

function verifyProgramme(where, events) {
  const of = (type) => events.filter((event) => event.type === type);
  const named = ({ sighting, alert, reading }) => `${sighting} ${alert} ${reading}`;
  const entries = of('evidence_entered').sort((a, b) => a.nth - b.nth);
  const committed = of('reading_committed').filter(({ read }) => read > 0);
  const names = new Set(committed.map(named));
  const lists = ['0'.repeat(64)];
  const places = new Map();
  for (const [i, entry] of entries.entries()) {
    same(`${where}: number of an entry`, String(i + 1), String(entry.nth));
    if (!names.has(named(entry))) throw new Mistake(`${where}: entry ${i + 1} has no reading`);
    places.set(named(entry), entry.nth);
    const [list, reading] = [Buffer.from(lists[i], 'hex'), Buffer.from(entry.reading, 'hex')];
    lists.push(sha256('tocsin/evidence/v1\n', list, reading).toString('hex'));
  }
  // In the order of the ticks, a count after what entered before it: one pass suffices.
  let [next, last] = [0, 0];
  for (const count of of('evidence_counted')) {
    const at = `${where}: tick ${count.tick}: evidence of ${count.readings} readings`;
    same(`${at}: list`, lists[count.readings] ?? 'fewer readings', count.list);
    for (; next < committed.length && committed[next].tick < count.tick; next++) {
      last = Math.max(last, places.get(named(committed[next])) ?? Infinity);
    }
    if (last > count.readings) throw new Mistake(`${at}: a reading of an earlier tick is left out`);
  }
}

// ---- The log: RFC 6962 §2.1 ----

/** Keeps the complete subtrees from left to right; two of one size become one of twice the size. */
function appendLeaf(log, leaf) {
  let node = { leaves: 1, hash: leaf };
  while (log.subtrees.at(-1)?.leaves === node.leaves) {
    const left = log.subtrees.pop();
    node = { leaves: 2 * node.leaves, hash: nodeHash(left.hash, node.hash) };
  }
  log.subtrees.push(node);
  log.size += 1;
}

function logRoot(subtrees) {
  if (subtrees.length === 0) return sha256();
  return subtrees.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right));
}

function leafHash(entry) {
  return sha256(Buffer.of(0), entry);
}

function nodeHash(left, right) {
  return sha256(Buffer.of(1), left, right);
}

function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * HMAC-SHA-256 with a 32-byte key, by its definition (RFC 2104 §2): Node's own makes an object for
 * each, which takes several times as long as the hash, and a ledger has many empty subtrees.
 */
function hmacWith(key) {
  const pad = (byte) => Buffer.alloc(64, byte).map((each, i) => each ^ (key[i] ?? 0));
  const [inner, outer] = [pad(0x36), pad(0x5c)];
  return (text) => sha256(outer, sha256(inner, text));
}

// ---- Values ----

function parseJson(where, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Mistake(`${where}: expected JSON`);
  }
  if (typeof value !== 'object' || value === null)
    throw new Mistake(`${where}: expected an object`);
  return value;
}

function string(where, value) {
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw new Mistake(`${where}: expected a string of well-formed Unicode`);
  }
}

function members(where, value, names) {
  const found = typeof value === 'object' && value !== null ? Object.keys(value).sort() : [];
  same(`${where}: members`, [...names].sort().join(', '), found.join(', '));
}

function hex32(where, text) {
  if (typeof text !== 'string' || !/^[0-9a-f]{64}$/.test(text)) {
    throw new Mistake(`${where}: expected 64 lower-case hex digits`);
  }
  return Buffer.from(text, 'hex');
}

function same(what, expected, found) {
  if (found !== expected) throw new Mistake(`${what}: expected ${expected}, found ${found}`);
}
