import { addressOf } from '../../domain/contact.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { type AddressRow, membersByDomain } from './by-domain.ts';
import { type ListedMember, MAX_ROWS } from './listed.ts';

const FINGERPRINT = /^(?:0x)?([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;
/** What follows address and fingerprint: whether it is an admin, whether delivery is disabled. */
const MOST_FIELDS = 4;

/**
 * Members of a Schleuder list, as `schleuder-cli subscriptions list` prints it: on each line an
 * address, a tab, a fingerprint or `N/A`, and perhaps flags.
 * @throws LIMIT_EXCEEDED
 */
export function membersOfSubscribers(text: string): ListedMember[] {
  const rows = text
    .split(/\r?\n/)
    .map((line, i) => ({ line, row: i + 1 }))
    .filter(({ line }) => line.trim() !== '');
  if (rows.length > MAX_ROWS) {
    throw new TocsinError('LIMIT_EXCEEDED', `rows: expected at most ${MAX_ROWS}, found more`);
  }
  return membersByDomain(rows.map(({ line, row }) => rowOf(line, row)));
}

function rowOf(line: string, row: number): AddressRow {
  const fields = line.split('\t');
  const [first = '', second = ''] = fields;
  const address = addressOf(first);
  const key = FINGERPRINT.exec(second.trim())?.[1]?.toUpperCase() ?? null;
  const refused = (column: string, expected: string, found: string): AddressRow => {
    const { message } = invalid(column, expected, found);
    return { row, contacts: [], problems: [{ column, message }] };
  };
  if (address === null) return refused('address', 'an address', first);
  if (key === null && second.trim() !== 'N/A') {
    return refused('fingerprint', 'a fingerprint of 40 or 64 hex digits, or N/A', second);
  }
  if (fields.length > MOST_FIELDS) return refused('5', 'nothing more', fields[4] ?? '');
  return { row, contacts: [{ address, fingerprint: key }], problems: [] };
}
