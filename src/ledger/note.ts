/**
 * C2SP signed notes with Ed25519 (https://c2sp.org/signed-note): a text, a blank line, one line for
 * each signature. The text of a note means nothing until a known key's signature over it is
 * verified.
 */
import { Lru } from '../crypto/lru.ts';
import { verify } from '../crypto/sign.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import { decodeBase64 } from './base64.ts';
import { text as wellFormed } from './shape.ts';
import { isKeyName, KEY_ID_BYTES, keyId, parseVerifierKey } from './verifier-key.ts';

export { parseVerifierKey, verifierKey } from './verifier-key.ts';

/** A key that signs notes under a name. */
export type NoteSigner = {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519 over `bytes`. */
  sign(bytes: Uint8Array): Uint8Array;
};

/** The longest note read, in characters: room for hundreds of witnesses, none for a flood. */
const MAX_NOTE_CHARACTERS = 1_000_000;

/** The most signature lines read; the specification asks for at least 16. */
const MAX_SIGNATURES = 100;

/**
 * Texts of the notes that verified last, by key and note: whoever follows a log meets the same
 * checkpoint in each proof. What does not verify is not kept.
 */
const verified = new Lru<string, string>(16);

const SIGNATURE_LINE = /^— ([^ ]+) ([^ ]+)$/u;

/** A signature line, not yet verified. `signature` is what follows the key id. */
type SignatureLine = { readonly name: string; readonly id: Buffer; readonly signature: Buffer };

/**
 * Signs a text, which must end in a newline.
 * @returns the whole note.
 * @throws INVALID_INPUT when the text does not end in a newline or contains another control
 *   character or a lone surrogate; KEY_INVALID when the name or key is not fit for a note.
 */
export function signNote(text: string, signer: NoteSigner): string {
  requireNoteText(text);
  if (!text.endsWith('\n')) throw invalid('note', 'a text that ends in a newline', 'another end');
  const signed = Buffer.concat([
    keyId(signer.name, signer.publicKey),
    signer.sign(Buffer.from(text)),
  ]);
  return `${text}\n— ${signer.name} ${signed.toString('base64')}\n`;
}

/**
 * Verifies a note that anybody may have written, and gives its text (with the final newline).
 * Signatures by other keys are ignored, as the specification demands; every one by this key must
 * hold.
 * @param verifierKey text form, from a place the note's author does not control.
 * @throws KEY_INVALID when the verifier key is malformed; LIMIT_EXCEEDED beyond 1 000 000
 *   characters or 100 signatures; INVALID_INPUT when the note is malformed; SIGNATURE_INVALID when
 *   there is no signature by the key or one does not verify.
 */
export function verifyNote(note: string, verifierKey: string): string {
  // The length keeps a key's end from passing for the beginning of a note.
  const both = `${verifierKey.length} ${verifierKey}${note}`;
  return verified.get(both, () => verifiedText(note, verifierKey));
}

function verifiedText(note: string, verifierKey: string): string {
  const key = parseVerifierKey(verifierKey);
  const { text, signatures } = parseNote(note);
  const known = signatures.filter(({ name, id }) => name === key.name && id.equals(key.id));
  if (known.length === 0) {
    throw unsigned(`a signature by ${key.name}`, `${signatures.length} by other keys`);
  }
  const bytes = Buffer.from(text);
  for (const { signature } of known) {
    if (!verify(key.publicKey, bytes, signature)) {
      throw unsigned(`a valid signature by ${key.name}`, 'one that does not verify');
    }
  }
  return text;
}

function parseNote(note: string): { text: string; signatures: SignatureLine[] } {
  if (note.length > MAX_NOTE_CHARACTERS) throw tooMuch('characters', MAX_NOTE_CHARACTERS, note);
  requireNoteText(note);
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) throw invalid('note', 'a blank line before the signatures', 'none');
  const lines = note.slice(blank + 2).split('\n');
  if (lines.pop() !== '') throw invalid('note', 'a newline at the end', 'another end');
  if (lines.length > MAX_SIGNATURES) throw tooMuch('signatures', MAX_SIGNATURES, lines);
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string, i: number): SignatureLine {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = decodeBase64(encoded ?? '');
  if (name === undefined || !isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) {
    throw invalid(`note signature ${i + 1}`, '— <key name> <base64>', `${line.length} characters`);
  }
  return { name, id: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/** @throws INVALID_INPUT for a lone surrogate or a control character other than newline. */
function requireNoteText(text: string): void {
  const control = Array.from(wellFormed('note', text)).find((c) => c < ' ' && c !== '\n');
  if (control !== undefined) {
    const found = `U+${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
    throw invalid('note', 'no control character but newline', found);
  }
}

function tooMuch(what: string, most: number, found: { readonly length: number }): TocsinError {
  return new TocsinError(
    'LIMIT_EXCEEDED',
    `note: expected at most ${most} ${what}, found ${found.length}`,
    { field: 'note' },
  );
}

function unsigned(expected: string, found: string): TocsinError {
  return new TocsinError('SIGNATURE_INVALID', `note: expected ${expected}, found ${found}`, {
    field: 'note',
  });
}
