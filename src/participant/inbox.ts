import { TocsinError } from '../domain/errors.ts';
import { type InboxAlert, parseInboxAlert, parseInboxPage } from '../formats/reader-answers.ts';
import { type Api, MAX_COPY_BYTES, openMemberApi } from './api.ts';
import { loadMember, type Session } from './session.ts';

export type { InboxAlert } from '../formats/reader-answers.ts';

/** A server that never ends its list is stopped here; a real inbox has a page or two. */
const MAX_PAGES = 100;

/** All alerts that are open to this reader now. @throws as `loadMember` and `Api`. */
export async function inbox(session: Session): Promise<InboxAlert[]> {
  return allPages(await memberApi(session), 'inbox', parseInboxPage);
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

/** Every page of a list. @throws LIMIT_EXCEEDED where it does not end; as `Api`. */
export async function allPages<T>(
  api: Api,
  list: string,
  parse: (answer: unknown) => { readonly items: readonly T[]; readonly next: string | null },
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { items, next } = parse(await api.getJson(`/v1/${list}${query}`));
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
  throw new TocsinError(
    'LIMIT_EXCEEDED',
    `${list}: expected at most ${MAX_PAGES} pages, found more`,
  );
}

/** The server as the member whose home this is. @throws as `loadMember`. */
export async function memberApi(session: Session): Promise<Api> {
  return openMemberApi(session, await loadMember(session));
}
