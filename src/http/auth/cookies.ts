/**
 * Cookies with the prefix `__Host-`: browsers take them from this very host alone, over a secure
 * connection, for all paths (draft-ietf-httpbis-rfc6265bis, section 4.1.3.2), so that no neighbour
 * under the same domain can plant one.
 */
export const SESSION_COOKIE = '__Host-tocsin-session';
/** The header in which our pages send what `GET /v1/session` told them. */
export const ACT_HEADER = 'tocsin-act';
/** Which browser it is that signs in, until it has. */
export const BROWSER_COOKIE = '__Host-tocsin-browser';
/** The same at the identity provider: sent along when that sends the browser back. */
export const PROVIDER_COOKIE = '__Host-tocsin-provider';

/** 32 random bytes, base64url: everything we ever put in a cookie. */
const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** The value of a cookie of ours; null where there is none, or none that we could have set. */
export function cookieIn(header: string | undefined, name: string): string | null {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = found;
  return value !== undefined && found.length === 1 && VALUE.test(value) ? value : null;
}

/** Sent by pages of ours alone; `Lax` also where a browser comes back from another site. */
export type SameSite = 'Strict' | 'Lax';

/** A Set-Cookie header. Without an age it goes with the browser's own session. */
export function setCookie(name: string, value: string, sameSite: SameSite = 'Strict'): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}`;
}

/** Has the browser forget it. */
export function dropCookie(name: string): string {
  return `${name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;
}
