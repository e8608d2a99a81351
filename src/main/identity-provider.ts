import { readFile } from 'node:fs/promises';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  ResponseBodyError,
} from 'openid-client';
import type { Config } from '../config/config.ts';
import { TocsinError } from '../domain/errors.ts';
import type { IdentityProvider } from '../programme/identity-provider.ts';

/** Where the provider sends browsers back to, on our site. */
const RETURN_PATH = '/sign-in/oidc';
const PATIENCE_SECONDS = 10;

/**
 * The configured OpenID provider: authorisation code with PKCE, state and nonce. It is asked for
 * what it is at the first sign-in, so that we start without it.
 */
export async function openIdentityProvider(
  oidc: NonNullable<Config['oidc']>,
  site: Config['site'],
): Promise<IdentityProvider> {
  const secret = (await readFile(oidc.secretFile, 'utf8')).trim();
  const redirect = `${site.origin}${RETURN_PATH}`;
  let found: Promise<Configuration> | null = null;
  const configuration = (): Promise<Configuration> => {
    found ??= discover(oidc, secret).catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
  return {
    issuer: oidc.issuer,
    claim: oidc.claim,
    async address({ state, nonce, verifier }) {
      const known = await asking(configuration);
      const url = buildAuthorizationUrl(known, {
        redirect_uri: redirect,
        scope: `openid${SCOPE_OF[oidc.claim] ?? ''}`,
        ...{ state, nonce },
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    },
    async redeem(query, { state, nonce, verifier }) {
      const known = await asking(configuration);
      const returned = new URL(`${redirect}?${query}`);
      const tokens = await asking(() =>
        authorizationCodeGrant(known, returned, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        }),
      );
      const claims = tokens.claims();
      const value = claims?.[oidc.claim];
      // Anybody may state an address at some providers: one counts that the provider has tried.
      const tried = oidc.claim !== 'email' || claims?.['email_verified'] === true;
      if (typeof value !== 'string' || value === '' || !tried) throw notVouched();
      return value;
    },
  };
}

/** What has to be asked for to be told a claim (OpenID Connect Core, section 5.4). */
const SCOPE_OF: Readonly<Record<string, string>> = {
  email: ' email',
  preferred_username: ' profile',
};

async function discover(
  { issuer, clientId }: NonNullable<Config['oidc']>,
  secret: string,
): Promise<Configuration> {
  const url = new URL(issuer);
  const plain = url.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {};
  const how = { ...plain, timeout: PATIENCE_SECONDS };
  return discovery(url, clientId, undefined, ClientSecretBasic(secret), how);
}

/**
 * What the library says of a fault quotes what was sent. A provider that does not answer is told
 * from one that does not vouch: somebody can try again.
 */
async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    const unreachable = cause instanceof TypeError || isTimeout(cause) || isFaultOf(cause);
    if (!unreachable) throw notVouched(cause);
    throw new TocsinError('NOT_AVAILABLE', 'identity provider: expected an answer, found none', {
      cause,
    });
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'OAUTH_TIMEOUT';
}

function isFaultOf(error: unknown): boolean {
  return error instanceof ResponseBodyError && error.status >= 500;
}

function notVouched(cause?: unknown): TocsinError {
  const expected = 'expected somebody known, whom the provider vouches for';
  return new TocsinError('UNAUTHENTICATED', expected, { cause });
}
