import { TocsinError } from '../../domain/errors.ts';
import { checkHeaderMac, type Header, type Stanza } from './header.ts';
import { type Identity, parseKnownStanza, unwrap } from './kinds.ts';

/** Recipient types of the age spec that Tocsin knows by name but cannot open. */
const UNSUPPORTED_TYPES = new Set(['scrypt', 'p256tag', 'mlkem768p256tag']);

/**
 * The file key of a header, its MAC checked.
 * @throws SEAL_MALFORMED when a stanza of ours is malformed, or an scrypt stanza is not alone.
 * @throws UNSUPPORTED when no identity fits and the file has stanzas of a type that Tocsin cannot
 *   open.
 * @throws SEAL_NO_MATCH when no identity fits.
 * @throws SEAL_TAMPERED when the header's MAC is wrong.
 */
export function unlock(header: Header, identities: readonly Identity[]): Buffer {
  checkScryptAlone(header.stanzas);
  const fileKey = findFileKey(header.stanzas, identities);
  if (fileKey === null) throw noMatch(header.stanzas, identities.length);
  checkHeaderMac(header, fileKey);
  return fileKey;
}

/** Whoever uses a passphrase expects that only its holders can have made the file. */
function checkScryptAlone(stanzas: readonly Stanza[]): void {
  if (stanzas.length === 1 || !stanzas.some((stanza) => stanza.args[0] === 'scrypt')) return;
  throw new TocsinError(
    'SEAL_MALFORMED',
    `age header: expected an scrypt stanza to be alone, found ${stanzas.length} stanzas`,
  );
}

function findFileKey(stanzas: readonly Stanza[], identities: readonly Identity[]): Buffer | null {
  // All are parsed before any is tried: a malformed one fails the file whoever opens it.
  const ours = stanzas.map(parseKnownStanza).filter((stanza) => stanza !== null);
  for (const stanza of ours) {
    for (const identity of identities) {
      const fileKey = unwrap(identity, stanza);
      if (fileKey !== null) return fileKey;
    }
  }
  return null;
}

function noMatch(stanzas: readonly Stanza[], identities: number): TocsinError {
  const types = new Set(stanzas.flatMap((stanza) => stanza.args.slice(0, 1)));
  const unsupported = [...types].filter((type) => UNSUPPORTED_TYPES.has(type));
  if (unsupported.length > 0) {
    return new TocsinError(
      'UNSUPPORTED',
      `age file: expected a stanza for one of ${identities} identities, found ` +
        `${unsupported.join(' and ')}, which is not supported`,
    );
  }
  return new TocsinError(
    'SEAL_NO_MATCH',
    `age file: expected a stanza for one of ${identities} identities, found none among ` +
      `${stanzas.length}`,
  );
}
