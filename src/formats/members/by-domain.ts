import { type Contact, domainOf } from '../../domain/contact.ts';
import type { ListedMember, RowProblem } from './listed.ts';

/** One row of a list of addresses: whom it names, or what is wrong with it. */
export type AddressRow = {
  readonly row: number;
  readonly contacts: readonly Contact[];
  readonly problems: readonly RowProblem[];
};

/** Organisations of a list of addresses: what shares a domain is one. Rows at fault stand alone. */
export function membersByDomain(rows: readonly AddressRow[]): ListedMember[] {
  const sound = rows.flatMap(({ row, contacts, problems }) =>
    problems.length > 0 ? [] : contacts.map((contact) => ({ row, contact })),
  );
  const members = [...Map.groupBy(sound, ({ contact }) => domainOf(contact)).values()];
  return [
    ...members.map((own) => ({
      rows: [...new Set(own.map(({ row }) => row))],
      name: null,
      contacts: distinct(own.map(({ contact }) => contact)),
      facts: { criteria: {} },
      problems: [],
    })),
    ...rows
      .filter(({ problems }) => problems.length > 0)
      .map(({ row, problems }) => {
        return { rows: [row], name: null, contacts: [], facts: { criteria: {} }, problems };
      }),
  ];
}

/** Each address once, with the first key that is named for it. */
function distinct(contacts: readonly Contact[]): Contact[] {
  const keys = new Map<string, string | null>();
  for (const { address, fingerprint } of contacts) {
    keys.set(address, keys.get(address) ?? fingerprint);
  }
  return [...keys].map(([address, fingerprint]) => ({ address, fingerprint }));
}
