/** The thread of `read-member-list.ts`. */
import type { RingKey } from '../../crypto/openpgp/ring.ts';
import { addressOf } from '../../domain/contact.ts';
import { type AddressRow, membersByDomain } from '../../formats/members/by-domain.ts';
import { membersOfCsv } from '../../formats/members/columns.ts';
import { listText } from '../../formats/members/list-text.ts';
import type { ListedMember } from '../../formats/members/listed.ts';
import { membersOfSubscribers } from '../../formats/members/subscribers.ts';
import { answerFrom } from '../thread.ts';
import type { MemberList } from './read-member-list.ts';

await answerFrom(read);

async function read({ format, bytes, now }: MemberList): Promise<ListedMember[]> {
  switch (format) {
    case 'csv':
      return membersOfCsv(listText(bytes));
    case 'schleuder':
      return membersOfSubscribers(listText(bytes));
    case 'openpgp': {
      // The library takes longer to load than most lists to read.
      const { readRing } = await import('../../crypto/openpgp/ring.ts');
      return membersByDomain((await readRing(bytes, now)).map(rowOf));
    }
  }
}

function rowOf({ fingerprint, addresses, ended }: RingKey, index: number): AddressRow {
  const contacts = addresses.flatMap((text) => {
    const address = addressOf(text);
    return address === null ? [] : [{ address, fingerprint }];
  });
  const problem = (message: string) => ({ column: 'user id', message });
  const problems = ended
    ? [problem('key: expected one in force, found one expired or revoked')]
    : contacts.length === 0
      ? [problem('user id: expected one certified, with an address, found none')]
      : [];
  return { row: index + 1, contacts, problems };
}
