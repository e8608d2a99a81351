import type { IncomingHttpHeaders } from 'node:http';
import { TocsinError } from '../../domain/errors.ts';
import { isActToken } from '../../programme/people/sessions.ts';
import { ACT_HEADER } from './cookies.ts';

/**
 * That a request was made by a page of ours, as its browser says: Origin comes with every POST
 * (Fetch, "append a request Origin header"), and no page can choose it.
 * @throws UNAUTHENTICATED
 */
export function requireOwnPage(headers: IncomingHttpHeaders, origin: string): void {
  refuseOtherSites(headers);
  if (headers.origin !== origin) throw notOurs();
}

/**
 * That no other site had a request sent, where the browser says so (Fetch Metadata). Reading acts
 * too: a copy that is fetched is a delivery.
 * @throws UNAUTHENTICATED
 */
export function refuseOtherSites(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw notOurs();
}

/** That a page that can read our answers made the request. @throws UNAUTHENTICATED */
export function requireActToken(headers: IncomingHttpHeaders, secret: string): void {
  const given = headers[ACT_HEADER];
  if (typeof given !== 'string' || !isActToken(secret, given)) throw notOurs();
}

function notOurs(): TocsinError {
  return new TocsinError('UNAUTHENTICATED', 'session: expected a request of a page of this site');
}
