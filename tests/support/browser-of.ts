/** Somebody at a browser, asking the edge as the pages' script does: cookies, origin, act. */

import { SYSTEM } from '../../src/programme/act.ts';
import { makePasskeyLink } from '../../src/programme/people/passkeys.ts';
import type { TokenHolder } from '../../src/store/programme-store.ts';
import { type Made, makePasskey } from './authenticator.ts';
import { type Edge, json, type Seen } from './edge.ts';
import type { House } from './house.ts';

export const SESSION = '__Host-tocsin-session';

export type Visitor = {
  readonly cookies: Map<string, string>;
  /** What our pages send along; set by `session`. */
  act: string;
  get(url: string, headers?: Record<string, string>): Promise<Seen>;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Seen>;
  /** Reads who is signed in, and learns `act`. */
  session(): Promise<Seen>;
};

export function visit({ context }: House, { app }: Edge): Visitor {
  const cookies = new Map<string, string>();
  let asked = 0;
  const ask = async (
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    payload?: string,
  ): Promise<Seen> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await app.inject({
      ...{ method, url },
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value } of response.cookies) {
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const { date: _, ...rest } = response.headers;
    return { status: response.statusCode, headers: rest, body: response.rawPayload };
  };
  const visitor: Visitor = {
    cookies,
    act: '',
    get: (url, headers = {}) => ask('GET', url, { 'sec-fetch-site': 'same-origin', ...headers }),
    post(url, body, headers = {}) {
      asked += 1;
      const own = {
        origin: context.site.origin,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        'idempotency-key': `visitor-${asked}-${cookies.get(SESSION) ?? 'none'}`.slice(0, 60),
        ...(visitor.act === '' ? {} : { 'tocsin-act': visitor.act }),
      };
      return ask('POST', url, { ...own, ...headers }, JSON.stringify(body));
    },
    async session() {
      const seen = await visitor.get('/v1/session');
      if (seen.status === 200) visitor.act = json<{ act: string }>(seen).act;
      return seen;
    },
  };
  return visitor;
}

/** A link of the operator's for a holder. */
export async function linkFor(house: House, holder: TokenHolder): Promise<string> {
  const { context, clock } = house;
  return context.store.issuer((tx) => makePasskeyLink(tx, holder, SYSTEM, clock.now()));
}

/** Registers a passkey at a link, by which the visitor is signed in. */
export async function registerAt(house: House, visitor: Visitor, link: string): Promise<Made> {
  const asked = await visitor.post('/v1/passkey-links/options', { link });
  const made = makePasskey(house.context.site, json(asked));
  const body = { link, label: 'a key', passkey: made.attestation };
  const seen = await visitor.post('/v1/passkey-links', body);
  if (seen.status !== 201) throw new Error(`expected a registration, found ${seen.body}`);
  await visitor.session();
  return made;
}

/** The answer to a sign-in with a passkey. */
export async function signInWith(
  visitor: Visitor,
  made: Made,
  bent: Parameters<Made['show']>[1] = {},
): Promise<Seen> {
  const asked = json<{ challenge: string }>(await visitor.post('/v1/sign-in/passkey/options', {}));
  return visitor.post('/v1/sign-in/passkey', { passkey: made.show(asked.challenge, bent) });
}
