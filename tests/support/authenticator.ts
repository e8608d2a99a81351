/**
 * An authenticator in software (WebAuthn level 3, section 6): real ES256 keys, CBOR and signatures,
 * and every part of its answers may be bent, as by whoever attacks.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Assertion, Attestation } from '../../src/crypto/passkey.ts';

/** What an answer claims, where it is to differ from the truth. */
export type Bent = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly counter?: number;
  readonly crossOrigin?: boolean;
  readonly userVerified?: boolean;
  readonly userHandle?: string | null;
  /** Of a registration: the COSE algorithm of the key, the form of its statement. */
  readonly alg?: number;
  readonly fmt?: string;
  readonly attStmt?: Cbor;
  /** Of a registration: the id of somebody else's. */
  readonly credentialId?: Buffer;
};

export type Made = {
  readonly credentialId: Buffer;
  readonly attestation: Attestation;
  /** Answers a challenge; the counter goes on by itself. */
  show(challenge: string, bent?: Bent): Assertion;
};

export type CreationAsked = { readonly challenge: string; readonly user: { readonly id: string } };

/** Makes a passkey for a site as it is asked to. */
export function makePasskey(
  { origin, rpId }: { readonly origin: string; readonly rpId: string },
  asked: CreationAsked,
  bent: Bent = {},
): Made {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = bent.credentialId ?? randomBytes(32);
  const clientData = (type: string, challenge: string, how: Bent) =>
    Buffer.from(
      JSON.stringify({
        type: how.type ?? type,
        challenge: how.challenge ?? challenge,
        origin: how.origin ?? origin,
        crossOrigin: how.crossOrigin ?? false,
      }),
    );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(credentialId.length);
  const attested = Buffer.concat([
    ...[Buffer.alloc(16), length, credentialId],
    cbor(coseKey(publicKey, bent.alg ?? -7)),
  ]);
  const authData = Buffer.concat([
    head(bent.rpId ?? rpId, 0x40, bent.counter ?? 0, bent),
    attested,
  ]);
  const object = cbor(
    new Map<string, Cbor>([
      ['fmt', bent.fmt ?? 'none'],
      ['attStmt', bent.attStmt ?? new Map()],
      ['authData', authData],
    ]),
  );
  let counter = 0;
  return {
    credentialId,
    attestation: {
      id: credentialId.toString('base64url'),
      response: {
        clientDataJSON: clientData('webauthn.create', asked.challenge, bent).toString('base64url'),
        attestationObject: object.toString('base64url'),
      },
    },
    show(challenge, how = {}) {
      counter += 1;
      const data = head(how.rpId ?? rpId, 0, how.counter ?? counter, how);
      const client = clientData('webauthn.get', challenge, how);
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
      const userHandle = how.userHandle === undefined ? asked.user.id : how.userHandle;
      return {
        id: credentialId.toString('base64url'),
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
          userHandle,
        },
      };
    },
  };
}

/** Hash of the domain, flags (user present, verified), counter. */
function head(rpId: string, flags: number, counter: number, { userVerified = true }: Bent): Buffer {
  const rest = Buffer.alloc(5);
  rest.writeUInt8(flags | 0x01 | (userVerified ? 0x04 : 0));
  rest.writeUInt32BE(counter, 1);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), rest]);
}

/** COSE_Key of a P-256 key (RFC 9053, section 7.1). */
function coseKey(key: KeyObject, alg: number): Cbor {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return new Map<number, Cbor>([
    ...([
      [1, 2],
      [3, alg],
      [-1, 1],
    ] as const),
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ]);
}

export type Cbor = number | string | Buffer | readonly Cbor[] | ReadonlyMap<string | number, Cbor>;

/** As much of CBOR (RFC 8949) as an authenticator writes. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? item(1, -1 - value) : item(0, value);
  if (typeof value === 'string')
    return Buffer.concat([item(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([item(2, value.length), value]);
  if (isList(value)) return Buffer.concat([item(4, value.length), ...value.map(cbor)]);
  const pairs = [...value].flatMap(([name, of]) => [cbor(name), cbor(of)]);
  return Buffer.concat([item(5, value.size), ...pairs]);
}

function isList(value: Cbor): value is readonly Cbor[] {
  return Array.isArray(value);
}

function item(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  if (n < 256) return Buffer.from([(major << 5) | 24, n]);
  const bytes = Buffer.from([(major << 5) | 25, 0, 0]);
  bytes.writeUInt16BE(n, 1);
  return bytes;
}
