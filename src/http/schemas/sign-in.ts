import { Type } from 'typebox';
import { formatInstant } from '../../domain/instant.ts';
import { SCOPES } from '../../programme/act.ts';
import type { OwnToken } from '../../programme/people/sessions.ts';
import { closed, IdText, InstantText, instantOrNull, listOf, nullable, oneOf } from './basic.ts';

/** Bytes in base64url without padding, as WebAuthn's JSON has them. */
function base64url(maxLength: number) {
  return Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[A-Za-z0-9_-]+$',
    description: 'base64url without padding',
  });
}

/** WebAuthn level 3, section 4: a credential id has 1023 bytes at most. */
const CredentialId = base64url(1_364);

/** What an authenticator answers to `get`: of `AuthenticationResponseJSON` what is looked at. */
export const AssertionBody = Type.Object(
  {
    id: CredentialId,
    response: Type.Object(
      {
        clientDataJSON: base64url(4_000),
        authenticatorData: base64url(4_000),
        signature: base64url(4_000),
        userHandle: nullable(base64url(100)),
      },
      closed,
    ),
  },
  closed,
);

/** What an authenticator answers to `create`: of `RegistrationResponseJSON` what is looked at. */
export const AttestationBody = Type.Object(
  {
    id: CredentialId,
    response: Type.Object(
      { clientDataJSON: base64url(4_000), attestationObject: base64url(40_000) },
      closed,
    ),
  },
  closed,
);

export const LabelText = Type.String({ minLength: 1, maxLength: 100 });

/** `PublicKeyCredentialRequestOptionsJSON`. */
export const RequestOptionsText = Type.Object({
  challenge: Type.String(),
  rpId: Type.String(),
  userVerification: Type.Literal('required'),
});

const KeyType = Type.Literal('public-key');

/** `PublicKeyCredentialCreationOptionsJSON`. */
export const CreationOptionsText = Type.Object({
  challenge: Type.String(),
  rp: Type.Object({ id: Type.String(), name: Type.String() }),
  user: Type.Object({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
  pubKeyCredParams: listOf(Type.Object({ type: KeyType, alg: Type.Integer() })),
  authenticatorSelection: Type.Object({
    residentKey: Type.Literal('required'),
    userVerification: Type.Literal('required'),
  }),
  attestation: Type.Literal('none'),
  excludeCredentials: listOf(Type.Object({ type: KeyType, id: Type.String() })),
});

export const SignedInText = Type.Object({ signedIn: Type.Boolean() });
export const EndedText = Type.Object({ ended: Type.Boolean() });

export const OwnTokenText = Type.Object({
  id: IdText,
  label: nullable(Type.String()),
  scopes: listOf(oneOf(SCOPES)),
  createdAt: InstantText,
  expiresAt: nullable(InstantText),
  usedAt: nullable(InstantText),
  signedInBy: nullable(oneOf(['passkey', 'oidc'])),
});

/** A token or session as its holder sees it. */
export function presentOwn(token: OwnToken) {
  const { id, label, signedInBy } = token;
  return {
    ...{ id, label, signedInBy },
    scopes: SCOPES.filter((scope) => token.scopes.includes(scope)),
    createdAt: formatInstant(token.createdAt),
    expiresAt: instantOrNull(token.expiresAt),
    usedAt: instantOrNull(token.usedAt),
  };
}
