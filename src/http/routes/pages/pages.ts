import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply } from 'fastify';
import type { App } from '../../deps.ts';
import { bytesResponse } from '../../schemas/bytes.ts';

const FOLDER = join(import.meta.dirname, '../../pages');

/**
 * Pages run our one script and show our one style sheet, ask this server alone, and stand in no
 * frame. They hold nothing of anybody: what they show they ask for, with the session's cookie.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = {
  'content-security-policy': POLICY,
  // With `no-referrer` a browser tells us no origin with some requests; so none leaves the site.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
} as const;

const HTML = 'text/html';
const PAGES = [
  { url: '/sign-in', file: 'sign-in.html', type: HTML, summary: 'Page: sign in' },
  { url: '/register', file: 'register.html', type: HTML, summary: 'Page: register a passkey' },
  {
    url: '/account',
    file: 'account.html',
    type: HTML,
    summary: 'Page: passkeys, sessions, tokens',
  },
  { url: '/approve', file: 'approve.html', type: HTML, summary: 'Page: approve with a passkey' },
  { url: '/recover', file: 'recover.html', type: HTML, summary: 'Page: recover who lost passkeys' },
  { url: '/tocsin.js', file: 'tocsin.js', type: 'text/javascript', summary: 'Script of the pages' },
  { url: '/tocsin.css', file: 'tocsin.css', type: 'text/css', summary: 'Style of the pages' },
] as const;

export function servePages(app: App): void {
  for (const { url, file, type, summary } of PAGES) {
    const bytes = readFileSync(join(FOLDER, file));
    app.get(
      url,
      {
        config: { audience: ['public'] },
        schema: { summary, response: { 200: bytesResponse('Plain text or markup', type) } },
      },
      async (_request, reply) => asPage(reply).type(`${type}; charset=utf-8`).send(bytes),
    );
  }
}

/** An answer that a browser shows. */
export function asPage(reply: FastifyReply): FastifyReply {
  return reply.headers(HEADERS);
}
