import type { ListFormat } from '../../domain/contact.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ListedMember } from '../../formats/members/listed.ts';
import { inThread } from '../thread.ts';

/** A list of members to read. */
export type MemberList = {
  readonly format: ListFormat;
  readonly bytes: Uint8Array;
  readonly now: Instant;
};

/**
 * Reads a list of members in a thread: a ring of some hundred keys takes seconds to verify.
 * @throws INVALID_INPUT naming the line; LIMIT_EXCEEDED, see `inThread`.
 */
export async function readMemberList(list: MemberList): Promise<ListedMember[]> {
  const thread = new URL('./read-member-list-thread.ts', import.meta.url);
  return inThread<ListedMember[]>(thread, 'list of members', list);
}
