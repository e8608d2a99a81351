/**
 * bench `seal`: copies of 20 KB with 120 slots, marked and sealed to one reader, per second.
 * Against the bare primitives, the other age implementation of npm, and gpg as a program run once
 * per file, as mailing lists do.
 */
import { execFileSync } from 'node:child_process';
import {
  createCipheriv,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter } from 'age-encryption';
import { generateIdentity } from '../src/crypto/age/keys.ts';
import { seal } from '../src/crypto/age/seal.ts';
import { sha256Hex } from '../src/crypto/hash.ts';
import type { ArtifactId } from '../src/domain/ids.ts';
import { compileCode, markBits } from '../src/marking/code.ts';
import type { SlotTable } from '../src/marking/slot-table.ts';
import { compileTable, splice } from '../src/marking/splice.ts';
import { interleave, median, print, rate, rateAsync, round } from './harness.ts';

const BYTES = 20 * 1024;
const SLOTS = 120;
const ROUNDS = 5;
const ROUND_MS = 600;
const READERS = 64;

const peerKey = generateKeyPairSync('x25519').publicKey;
const { master, table } = document();
const splicer = compileTable(master, table);
const code = compileCode(randomBytes(32), table.slots);
const readers = Array.from({ length: READERS }, () => ({
  id: crypto.randomUUID(),
  recipient: generateIdentity().recipient,
}));
const reader = (n: number) => readers[n % READERS] ?? { id: '', recipient: '' };

function markedCopy(n: number): Buffer {
  return spliced(bitsOf(n));
}

function bitsOf(n: number): Uint8Array {
  const { id } = reader(n);
  return markBits(code, id, id);
}

function spliced(bits: Uint8Array): Buffer {
  return splice(splicer, bits, () => Buffer.alloc(32));
}

const ours = () =>
  rate((n) => {
    seal([reader(n).recipient], markedCopy(n));
  }, ROUND_MS);

await report('limit:node-crypto', () => rate(barePrimitives, ROUND_MS), {
  note: 'peer: X25519 keygen and agreement, HKDF, ChaCha20-Poly1305, nothing else',
});
await report('age-encryption', () => rateAsync(otherAge, ROUND_MS), {
  note: 'peer: the same text sealed, not marked',
});
await withGpg((sealByGpg) =>
  report('gpg', () => rate(sealByGpg, ROUND_MS), {
    note: 'peer: gpg --encrypt of the same text, one process a file, not marked',
  }),
);

printMarking();

/** How long marking alone takes: the splice, and with the bits of a reader. */
function printMarking(): void {
  const bar = 0.5;
  const known = readers.map((_, n) => bitsOf(n));
  const msOf = (work: (n: number) => void) =>
    1_000 / median(Array.from({ length: ROUNDS }, () => rate(work, ROUND_MS)));
  const ms = msOf((n) => {
    const bits = known[n % READERS];
    if (bits !== undefined) spliced(bits);
  });
  print({
    bench: 'seal',
    case: 'splice',
    ours: round(ms),
    peer: bar,
    ratio: round(bar / ms),
    unit: 'ms a copy spliced (peer: the bar)',
    withBitsMs: round(msOf((n) => markedCopy(n))),
    bytes: BYTES,
    slots: SLOTS,
  });
}

async function report(
  name: string,
  peer: () => number | Promise<number>,
  more: Record<string, string>,
): Promise<void> {
  const result = await interleave(ROUNDS, ours, peer);
  print({
    bench: 'seal',
    case: name,
    ours: round(result.ours),
    peer: round(result.peer),
    ratio: round(result.ours / result.peer),
    unit: 'copies/s',
    bytes: BYTES,
    slots: SLOTS,
    ...more,
  });
}

/** A text of exactly 20 KB with 120 places for one of two words. */
function document(): { master: Buffer; table: SlotTable } {
  const artifact = crypto.randomUUID() as ArtifactId;
  const gap = Math.floor(BYTES / SLOTS);
  const text = Buffer.alloc(BYTES, 'lorem ipsum dolor sit amet ');
  const slots = Array.from({ length: SLOTS }, (_, n) => {
    const start = n * gap;
    text.write('however', start, 'latin1');
    return {
      kind: 'bit' as const,
      key: { artifact, slot: String(n) },
      family: 'prose.word',
      start,
      end: start + 7,
      authored: 'however',
      other: 'nonetheless',
    };
  });
  const table = { v: 1 as const, artifact, version: 1, master: sha256Hex(text), slots };
  return { master: text, table };
}

function barePrimitives(n: number): void {
  const ephemeral = generateKeyPairSync('x25519');
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: peerKey });
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(64), 'age', 32));
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(n);
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.update(master);
  cipher.final();
  cipher.getAuthTag();
}

async function otherAge(n: number): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(reader(n).recipient);
  await encrypter.encrypt(master);
}

async function withGpg(work: (sealByGpg: (n: number) => void) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'tg-'));
  const gpg = (args: string[], input?: Buffer) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-tty', ...args], {
      ...(input ? { input } : {}),
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 1024 * 1024,
    });
  try {
    gpg(['--passphrase', '', '--quick-generate-key', 'bench@example.invalid', 'future-default']);
  } catch {
    process.stderr.write('seal gpg: not measured, no usable gpg on this machine\n');
    rmSync(home, { recursive: true, force: true });
    return;
  }
  try {
    await work(() => {
      gpg(['--trust-model', 'always', '-r', 'bench@example.invalid', '--encrypt'], master);
    });
  } finally {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
  }
}
