import { sha256Hex } from '../crypto/hash.ts';
import { verify } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import {
  type CopyParts,
  type Manifest,
  manifestSigningBytes,
  unpackCopy,
} from '../formats/copy.ts';
import { canonicalForm, digestedContent } from '../formats/rules/content-digest.ts';
import { verifyPromise } from '../ledger/promise.ts';
import { parseVerifierKey } from '../ledger/verifier-key.ts';
import { Checklist } from './checklist.ts';
import { loadMember, type Member, type Session } from './session.ts';
import { unseal } from './unseal.ts';
import { utc } from './utc.ts';

/** A copy that was opened and checked. */
export type OpenedCopy = CopyParts & { readonly manifest: Manifest };

/**
 * Opens a copy and makes every check that needs no network: seal, form, issuer, recipient, content,
 * promise. It says nothing yet of the ledger: see `verifyCopy`.
 * @param file the sealed file, binary or armored; attacker-controlled.
 * @throws SEAL_MALFORMED, SEAL_NO_MATCH, SEAL_TAMPERED, UNSUPPORTED, LIMIT_EXCEEDED when it does
 *   not open or not to a copy, or its content is not the manifest's; SIGNATURE_INVALID when
 *   manifest or promise are not the issuer's; KEY_WRONG when it was issued to another; as
 *   `loadMember`.
 */
export async function openCopy(session: Session, file: Uint8Array): Promise<OpenedCopy> {
  return checkCopy(await loadMember(session), file, new Checklist());
}

/** `openCopy`, with account of each check. */
export async function checkCopy(
  member: Member,
  file: Uint8Array,
  list: Checklist,
): Promise<OpenedCopy> {
  const { keys } = member;
  const plaintext = await list.ask('seal', async () => [
    await unseal(member, file),
    'opens with your key, to its end',
  ]);
  const copy = list.check('form', () => [
    unpackCopy(plaintext),
    'manifest, signature, content and padding, nothing else',
  ]);
  const { manifest } = copy;
  list.check('issuer', () => {
    requireIssuer(Buffer.from(keys.manifestKey, 'hex'), copy);
    return [null, `manifest signed by ${keys.manifestKey.slice(0, 16)}…, the key you pinned`];
  });
  list.check('recipient', () => {
    requireRecipient(member, manifest);
    return [null, `issued to you, reader ${manifest.reader}`];
  });
  list.check('content', () => {
    requireContent(copy);
    const { name, version } = manifest;
    return [null, `${name}, version ${version}, ${copy.content.length} bytes as the manifest says`];
  });
  if (manifest.contentDigest !== null) {
    const claimed = manifest.contentDigest;
    list.check('rules', () => {
      requireRules(copy, claimed);
      return [null, `the same rules as in every copy, content digest ${claimed}`];
    });
  }
  list.check('promise', () => {
    const { publicKey, name } = parseVerifierKey(keys.logVerifierKey);
    verifyPromise(publicKey, manifest.promise);
    return [null, `signed by ${name}: in the ledger by ${utc(manifest.promise.by)}`];
  });
  return copy;
}

function requireIssuer(manifestKey: Buffer, { manifestJson, signature }: OpenedCopy): void {
  if (verify(manifestKey, manifestSigningBytes(manifestJson), signature)) return;
  throw new TocsinError(
    'SIGNATURE_INVALID',
    'manifest: expected a signature by the pinned manifest key, found one that does not verify',
    { field: 'manifest.sig' },
  );
}

/** Marking moves lines about; that it changed no rule is for us to check. */
function requireRules({ manifest, content }: OpenedCopy, claimed: string): void {
  const digested = digestedContent(manifest.format, content);
  const found = digested && sha256Hex(digested);
  if (found === claimed) return;
  throw new TocsinError(
    'SEAL_TAMPERED',
    `contentDigest: expected ${claimed}, as the manifest says, found ${found ?? 'no rules'}`,
    { field: 'contentDigest' },
  );
}

/** Whoever holds a copy can seal its archive to anybody: only the manifest says to whom it went. */
function requireRecipient(member: Member, manifest: Manifest): void {
  const claims = [
    ['reader', [member.reader], manifest.reader],
    ['participant', [member.participant], manifest.participant],
    ['keyFingerprint', member.own.map((keys) => keys.fingerprint), manifest.keyFingerprint],
  ] as const;
  for (const [field, own, found] of claims) {
    if (own.includes(found)) continue;
    throw new TocsinError(
      'KEY_WRONG',
      `manifest ${field}: expected ${own.join(' or ')}, found ${found}: ` +
        'this copy was issued to another',
      { field },
    );
  }
}

/**
 * What all copies of rules have in common, as text to be compared line by line: marks are gone, and
 * what is left of a difference between two revisions is one of meaning.
 * @throws UNSUPPORTED for a copy that is no rules, or none of which there is such a form.
 */
export function canonicalRules({ manifest, content }: OpenedCopy): Buffer {
  const digested = digestedContent(manifest.format, content);
  if (digested === null) {
    throw new TocsinError(
      'UNSUPPORTED',
      `canonical form: expected rules that parse, found ${manifest.format}`,
    );
  }
  const form: unknown = JSON.parse(canonicalForm(digested));
  return Buffer.from(`${JSON.stringify(form, null, 1)}\n`);
}

function requireContent({ manifest, content }: OpenedCopy): void {
  const found = sha256Hex(content);
  if (found === manifest.contentSha256) return;
  throw new TocsinError(
    'SEAL_TAMPERED',
    `content: expected SHA-256 ${manifest.contentSha256}, found ${found}`,
    { field: 'content' },
  );
}
