import { readKeys } from 'openpgp';
import { TocsinError } from '../../domain/errors.ts';

/** A primary key of a ring, and the addresses of its user ids that the key itself certifies. */
export type RingKey = {
  /** Hex in upper case. */
  readonly fingerprint: string;
  readonly addresses: readonly string[];
  /** Whether it is revoked or has expired at the instant asked about. */
  readonly ended: boolean;
};

const ARMOUR = /^\s*-----BEGIN PGP PUBLIC KEY BLOCK-----/;

/**
 * Public keys of an OpenPGP ring (RFC 9580), armoured or not, read by `openpgp`. User ids whose
 * certification does not verify are left out: anybody could have added them.
 * @param at milliseconds since 1970, at which keys count as expired.
 * @throws INVALID_INPUT when it is no ring, or holds a secret key.
 */
export async function readRing(bytes: Uint8Array, at: number): Promise<RingKey[]> {
  const text = Buffer.from(bytes).toString('latin1');
  const armoured = ARMOUR.test(text);
  let keys: Awaited<ReturnType<typeof readKeys>>;
  try {
    keys = await (armoured ? readKeys({ armoredKeys: text }) : readKeys({ binaryKeys: bytes }));
  } catch (cause) {
    throw notARing('OpenPGP public keys, armoured or binary', cause);
  }
  if (keys.some((key) => key.isPrivate())) throw notARing('public keys only', undefined);
  const found: RingKey[] = [];
  for (const key of keys) {
    const date = new Date(at);
    const addresses: string[] = [];
    for (const user of key.users) {
      const address = user.userID?.email ?? '';
      const certified = await user.verify(date).catch(() => null);
      if (address !== '' && certified === true) addresses.push(address);
    }
    const ended = await key.verifyPrimaryKey(date).then(
      () => false,
      () => true,
    );
    found.push({ fingerprint: key.getFingerprint().toUpperCase(), addresses, ended });
  }
  return found;
}

function notARing(expected: string, cause: unknown): TocsinError {
  return new TocsinError('INVALID_INPUT', `file: expected ${expected}, found another file`, {
    field: 'file',
    cause,
  });
}
