import { TocsinError } from '../../domain/errors.ts';

/** RFC 6750, section 2.1: the only one of its three places for a token that we accept. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,200}=*)$/i;

/** A token in a URL ends up in histories and logs, so such a request is refused, valid or not. */
const TOKEN_IN_URL = /[?&](?:access_)?token=|[?&][^=&]*=tocsin_/i;

/** The token of an Authorization header. @throws UNAUTHENTICATED when there is none of the form. */
export function bearerToken(header: string | undefined): string {
  const token = BEARER.exec(header ?? '')?.[1];
  if (token === undefined) {
    throw new TocsinError('UNAUTHENTICATED', 'Authorization: expected "Bearer <token>"', {
      field: 'Authorization',
    });
  }
  return token;
}

/** @throws INVALID_INPUT when the URL carries a token. */
export function refuseTokenInUrl(url: string): void {
  if (!TOKEN_IN_URL.test(url)) return;
  throw new TocsinError(
    'INVALID_INPUT',
    'Authorization: expected the token in this header, found one in the URL: revoke it',
    { field: 'Authorization' },
  );
}
