/** Forms in which programmes keep their members today. */
export const LIST_FORMATS = ['csv', 'openpgp', 'schleuder'] as const;
/** One of `LIST_FORMATS`. */
export type ListFormat = (typeof LIST_FORMATS)[number];

/** Where somebody of a participant is written to, and the OpenPGP key noted for it. */
export type Contact = {
  /** In lower case. */
  readonly address: string;
  /** Of the primary key, hex in upper case; null: none is known. */
  readonly fingerprint: string | null;
};

/** RFC 5321 4.5.3.1.3: a path of 256 octets, with its angle brackets. */
const LONGEST = 254;
const ADDRESS = /^[a-z0-9._+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/** An address as contacts have it; null: it is none. */
export function addressOf(text: string): string | null {
  const address = text.trim().toLowerCase();
  return address.length <= LONGEST && ADDRESS.test(address) ? address : null;
}

/** The domain of an address: what is taken for the organisation behind it. */
export function domainOf({ address }: Pick<Contact, 'address'>): string {
  return address.slice(address.indexOf('@') + 1);
}
