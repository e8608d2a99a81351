import { TocsinError } from '../domain/errors.ts';

/** Where passkeys are of use: the origin of our pages, and the domain that they are bound to. */
export type PasskeySite = { readonly origin: string; readonly rpId: string };

/** Loaded with the first passkey: a third of a second that not every start need take. */
const library = () => import('@simplewebauthn/server');
const helpers = () => import('@simplewebauthn/server/helpers');

/** COSE algorithms that are taken, best first (RFC 9053): ES256, EdDSA, RS256. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-7, -8, -257];

/** What an authenticator answers to `create`, as JSON (WebAuthn 3, section 5.1); base64url. */
export type Attestation = {
  readonly id: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
};

/** What an authenticator answers to `get`, as JSON (WebAuthn 3, section 5.1); base64url. */
export type Assertion = {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    /** Whose it is; a discoverable credential says so. */
    readonly userHandle: string | null;
  };
};

/** A registered credential: its id, its COSE key (RFC 9052) and how often it says it was used. */
export type Credential = {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
};

/**
 * Checks an answer to `create`: our origin, our domain, this challenge, a verified user, a key of
 * one of `PASSKEY_ALGORITHMS`. Who made the authenticator is not asked for, and a certificate that
 * says so is refused unread: checking it would have us fetch what its sender names.
 * @throws KEY_INVALID, whatever is wrong with it.
 */
export async function checkAttestation(
  site: PasskeySite,
  challenge: string,
  { id, response }: Attestation,
): Promise<Credential> {
  const { verifyRegistrationResponse } = await library();
  const { decodeAttestationObject } = await helpers();
  return refusing('KEY_INVALID', async () => {
    const { clientDataJSON, attestationObject } = response;
    refuseFramed(clientDataJSON);
    const object = decodeAttestationObject(copied(Buffer.from(attestationObject, 'base64url')));
    const format = object.get('fmt');
    const certified = object.get('attStmt').get('x5c') !== undefined;
    if (certified || (format !== 'none' && format !== 'packed')) throw new Error('certified');
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...WIRE, id, rawId: id, response: { clientDataJSON, attestationObject } },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (!verified) throw new Error('not verified');
    const { credential } = registrationInfo;
    return {
      credentialId: Buffer.from(credential.id, 'base64url'),
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
    };
  });
}

/**
 * Checks an answer to `get` by this credential: our origin, our domain, this challenge, a verified
 * user, the signature. Returns the counter that the authenticator states now; whether it went back
 * is `isRolledBack`.
 * @throws SIGNATURE_INVALID, whatever is wrong with it.
 */
export async function checkAssertion(
  site: PasskeySite,
  challenge: string,
  credential: Credential,
  { id, response }: Assertion,
): Promise<number> {
  const { verifyAuthenticationResponse } = await library();
  return refusing('SIGNATURE_INVALID', async () => {
    const { userHandle, ...signed } = response;
    refuseFramed(signed.clientDataJSON);
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...WIRE, id, rawId: id, response: signed },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: {
        id: credential.credentialId.toString('base64url'),
        publicKey: copied(credential.publicKey),
        // Looked at by `isRolledBack`, which tells it from other faults.
        counter: 0,
      },
    });
    if (!verified) throw new Error('not verified');
    return authenticationInfo.newCounter;
  });
}

/**
 * Whether a counter did not go on as it should: then somebody has a copy of the authenticator
 * (WebAuthn level 3, section 6.1.1). Synchronised passkeys have none and state 0 for ever.
 */
export function isRolledBack(known: number, stated: number): boolean {
  return (known > 0 || stated > 0) && stated <= known;
}

/** The challenge that an answer says it answers, base64url; null where it is no such answer. */
export function challengeIn(clientDataJSON: string): string | null {
  try {
    const { challenge } = parsed(clientDataJSON);
    return typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}

const WIRE = { type: 'public-key', clientExtensionResults: {} } as const;

type ClientData = { readonly challenge?: unknown; readonly crossOrigin?: unknown };

function parsed(clientDataJSON: string): ClientData {
  return JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as ClientData;
}

/** Our pages are framed by nobody. */
function refuseFramed(clientDataJSON: string): void {
  if (parsed(clientDataJSON).crossOrigin === true) throw new Error('framed');
}

/** On a buffer of its own: what the library reads must not reach into a shared pool. */
function copied(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** What the library says of a fault quotes what was sent; the caller learns only that it is one. */
async function refusing<T>(
  code: 'KEY_INVALID' | 'SIGNATURE_INVALID',
  check: () => Promise<T>,
): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    const expected = 'passkey: expected an answer to our challenge by a user it has verified';
    throw new TocsinError(code, expected, { field: 'passkey', cause });
  }
}
