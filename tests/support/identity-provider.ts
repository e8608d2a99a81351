/** A real OpenID provider on this machine, at which whoever comes is already signed in. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export type TestProvider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
  /** Who is signed in there, and what is stated of them. */
  account: { readonly sub: string; readonly [claim: string]: unknown };
  /** Goes where a browser is sent, and on, to where it is sent back to us. */
  visit(address: string): Promise<URL>;
  close(): Promise<void>;
};

export async function openTestProvider(port: number, origin: string): Promise<TestProvider> {
  const issuer = `http://localhost:${port}`;
  const [clientId, secret] = ['tocsin', 'a secret of the client, on this machine alone'];
  const given: { account: TestProvider['account'] } = { account: { sub: 'nobody' } };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        redirect_uris: [`${origin}/sign-in/oidc`],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: async () => given.account,
    }),
    loadExistingGrant: async (context: Context) => {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/')) {
      const login = { login: { accountId: given.account.sub } };
      void provider.interactionFinished(request, response, login);
    } else void callback(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    ...{ issuer, clientId, secret },
    get account() {
      return given.account;
    },
    set account(account) {
      given.account = account;
    },
    async visit(address) {
      const cookies = new Map<string, string>();
      let url = new URL(address);
      for (let hop = 0; hop < 8 && url.origin === issuer; hop++) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' });
        for (const set of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          cookies.set(name, value);
        }
        const next = answer.headers.get('location');
        if (next === null)
          throw new Error(`${url.pathname}: ${answer.status} ${await answer.text()}`);
        url = new URL(next, url);
      }
      return url;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** As much of the provider's context as is looked at here. */
type Context = {
  readonly oidc: {
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
};
