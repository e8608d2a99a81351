/** What is wrong with an address for alerts; null: nothing. */
export type AddressFault = 'ADDRESS_MALFORMED' | 'ADDRESS_PERSONAL' | null;

/** RFC 5321 4.5.3.1.3: a path of 256 octets, with its angle brackets. */
const LONGEST = 254;
const ADDRESS = /^([a-z0-9._+-]{1,64})@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/**
 * [R34] Whether alerts may go to an address: its local part has one of the pack's words for a team,
 * between `.`, `_` or `-`. A tag after `+` sorts the mail of one person, so it is personal.
 */
export function addressFault(address: string, words: readonly string[]): AddressFault {
  if (address.length > LONGEST) return 'ADDRESS_MALFORMED';
  const [, local] = ADDRESS.exec(address.toLowerCase()) ?? [];
  if (local === undefined) return 'ADDRESS_MALFORMED';
  const team = !local.includes('+') && local.split(/[._-]/).some((part) => words.includes(part));
  return team ? null : 'ADDRESS_PERSONAL';
}
