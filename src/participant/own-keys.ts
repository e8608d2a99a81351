import type { AgeKind } from '../crypto/age/keys.ts';
import { generateIdentity, recipientOf } from '../crypto/age/keys.ts';
import { type Identity, importIdentity } from '../crypto/age/kinds.ts';
import {
  type OpenpgpRecipient,
  openpgpRecipient,
  parseOpenpgpRecipient,
  recipientFingerprint,
} from '../crypto/openpgp/recipient.ts';
import { generateSigningKey, type Signer, signer } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Home } from './home.ts';
import type { OpenpgpTool } from './openpgp-tool.ts';

/** What copies are opened with: an age identity, or a key that an OpenPGP program keeps. */
type Secret =
  | { readonly kind: 'age'; readonly identity: Identity }
  | { readonly kind: 'openpgp'; readonly key: OpenpgpRecipient };

/** Keys that a reader made at once, by joining or by a rotation. */
export type OwnKeys = {
  readonly recipient: string;
  /** Of the recipient, as in manifests. */
  readonly fingerprint: string;
  readonly secret: Secret;
  /** What receipts of copies sealed to this recipient are signed with, Ed25519. */
  readonly signer: Signer;
};

/**
 * What to make: an age key of a kind, or nothing, for an OpenPGP key that is there already, named
 * by its fingerprint in upper case.
 */
export type KeyChoice = AgeKind | { readonly openpgp: string };

/**
 * The files of one generation of keys. The identity has the form that `age -i` reads; for an
 * OpenPGP key, whose secret part is elsewhere, it is the recipient.
 */
const IDENTITY = 'identity.txt';
const SIGNING_KEY = 'signing-key.txt';

/** The first keys lie in the home itself, later ones in a folder of their own. */
function placeOf(generation: number, file: string): string {
  return generation === 0 ? file : `keys-${generation + 1}/${file}`;
}

/** What was derived from a home's files, as long as they say the same. */
const derived = new WeakMap<Home, Map<string, OwnKeys>>();

/** The newest last; empty when there are none. @throws KEY_INVALID when a file was altered. */
export async function loadOwnKeys(home: Home): Promise<OwnKeys[]> {
  const own: OwnKeys[] = [];
  for (;;) {
    const keys = await loadGeneration(home, own.length);
    if (keys === null) return own;
    own.push(keys);
  }
}

async function loadGeneration(home: Home, generation: number): Promise<OwnKeys | null> {
  const read = (file: string) => home.read(placeOf(generation, file));
  const seedFile = await read(SIGNING_KEY);
  const identityFile = await read(IDENTITY);
  if (identityFile === null || seedFile === null) return null;
  // The files are read each time; deriving the public keys takes longer than all else of a call.
  const files = `${identityFile.toString()}\n${seedFile.toString()}`;
  const known = derived.get(home) ?? new Map<string, OwnKeys>();
  derived.set(home, known);
  const keys = known.get(files) ?? derive(soleLine(identityFile), soleLine(seedFile));
  known.set(files, keys);
  return keys;
}

function derive(line: string, seed: string): OwnKeys {
  const secret: Secret = line.startsWith('AGE-')
    ? { kind: 'age', identity: importIdentity(line) }
    : { kind: 'openpgp', key: parseOpenpgpRecipient(line) };
  const recipient = secret.kind === 'age' ? recipientOf(line) : secret.key.text;
  const fingerprint = recipientFingerprint(recipient);
  return { recipient, fingerprint, secret, signer: signer(Buffer.from(seed, 'hex')) };
}

/**
 * Makes the keys of a new generation. They are on disk when this resolves; the signing key, without
 * which there is no generation, last.
 * @throws as `OpenpgpTool` and `openpgpRecipient`.
 */
export async function makeOwnKeys(
  home: Home,
  generation: number,
  choice: KeyChoice,
  openpgp: OpenpgpTool | null,
): Promise<OwnKeys> {
  const write = (file: string, text: string) => home.write(placeOf(generation, file), text);
  const { secret: seed } = generateSigningKey();
  if (typeof choice === 'string') {
    const { identity, recipient } = generateIdentity(choice);
    await write(IDENTITY, `# public key: ${recipient}\n${identity}\n`);
  } else {
    const key = openpgpRecipient(await toolOf(openpgp).exportKey(choice.openpgp));
    requireNamed(choice.openpgp, key);
    await write(IDENTITY, `# OpenPGP key ${key.primary}; gpg keeps its secret part\n${key.text}\n`);
  }
  await write(SIGNING_KEY, `# Ed25519 seed, signs receipts\n${seed.toString('hex')}\n`);
  const made = await loadGeneration(home, generation);
  if (made !== null) return made;
  throw new TocsinError('INTERNAL', `${home.place}: expected the keys just written, found none`);
}

/** By the whole fingerprint: two keys may be made to share the end of it. */
function requireNamed(asked: string, { primary }: OpenpgpRecipient): void {
  if (asked === primary) return;
  throw new TocsinError(
    'KEY_WRONG',
    `openpgp: expected the fingerprint of a primary key, 40 hex digits, found key ${primary}`,
    { field: 'openpgp' },
  );
}

/** For an OpenPGP key its signature over what is signed when keys are brought; else null. */
export async function signedByOpenpgp(
  { secret }: OwnKeys,
  openpgp: OpenpgpTool | null,
  message: Uint8Array,
): Promise<Buffer | null> {
  return secret.kind === 'age' ? null : toolOf(openpgp).sign(secret.key.signs, message);
}

/** @throws UNSUPPORTED where there is none. */
export function toolOf(openpgp: OpenpgpTool | null): OpenpgpTool {
  if (openpgp !== null) return openpgp;
  throw new TocsinError(
    'UNSUPPORTED',
    'OpenPGP keys: expected a program for them, found none here',
  );
}

/** The one line that is not a comment, as in age's identity files. */
export function soleLine(file: Buffer | string): string {
  const lines = file.toString().split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n');
}
