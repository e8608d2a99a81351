import { TocsinError } from '../domain/errors.ts';
import { type InboxAlert, parseInboxAlert, parseInboxPage } from '../formats/reader-answers.ts';
import { MAX_COPY_BYTES, openApi } from './api.ts';
import { loadMember, type Session } from './session.ts';

export type { InboxAlert } from '../formats/reader-answers.ts';

/** A server that never ends its list is stopped here; a real inbox has a page or two. */
const MAX_PAGES = 100;

/** All alerts that are open to this reader now. @throws as `loadMember` and `Api`. */
export async function inbox(session: Session): Promise<InboxAlert[]> {
  const api = await memberApi(session);
  const alerts: InboxAlert[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { items, next } = parseInboxPage(await api.getJson(`/v1/inbox${query}`));
    alerts.push(...items);
    if (next === null) return alerts;
    cursor = next;
  }
  throw new TocsinError('LIMIT_EXCEEDED', `inbox: expected at most ${MAX_PAGES} pages, found more`);
}

/** One alert. @throws NOT_FOUND when it is not open to this reader; as `inbox`. */
export async function inboxAlert(session: Session, alert: string): Promise<InboxAlert> {
  const api = await memberApi(session);
  return parseInboxAlert(await api.getJson(`/v1/inbox/${encodeURIComponent(alert)}`));
}

/**
 * Fetches this reader's copy of an artifact: a sealed file, nothing of it checked. Each call is a
 * delivery in the issuer's ledger.
 * @throws NOT_FOUND when it is not open to this reader; NOT_AVAILABLE when the issuer holds it at
 *   the moment; as `inbox`.
 */
export async function fetchCopy(
  session: Session,
  alert: string,
  artifact: string,
): Promise<Buffer> {
  const api = await memberApi(session);
  const [a, b] = [encodeURIComponent(alert), encodeURIComponent(artifact)];
  return api.getBytes(`/v1/inbox/${a}/artifacts/${b}/copy`, MAX_COPY_BYTES);
}

async function memberApi(session: Session) {
  const { url, token } = await loadMember(session);
  return openApi(session.fetch, url, token);
}
