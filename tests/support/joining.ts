/** A programme that takes applications: `mapp` with criteria that show every way of checking. */
import { readPack } from './house.ts';
import type { TwoSides } from './two-sides.ts';

const ELIGIBILITY = `eligibility:
  seats:
    security_provider: unlimited
    end_user: 1
  criteria:
    no_attack_tools:
      kind: must_not
      says: Sells neither penetration-testing tools nor exploit frameworks
      words: [pentest, exploit_framework]
    track_record:
      kind: attestation
      says: Has shown for a year that it keeps embargoes
      evidence: {checked_by: reviewer, valid: 365d, on_expiry: restricted}
      gates_release: true
    no_rebuild:
      kind: not_rebuild
      says: Ships no rebuild of a member’s product
      exceptions: true
    address:
      kind: role_address
      says: Takes alerts at a team’s address
      words: [psirt]
    vouched:
      kind: sponsor
      says: A member vouches
    vouched_again:
      kind: sponsor
      says: Another member vouches
      asked_of: [end_user]
  joins_at: entry

`;

export async function joiningPack() {
  const { pack, files } = await readPack('mapp');
  const source = files['programme.yaml'] ?? '';
  const begins = source.indexOf('eligibility:');
  const ends = source.indexOf('# What members may do with a copy.');
  const words = `${files['words.yaml'] ?? ''}\ncriteria: {track_record: it has kept embargoes}\n`;
  return {
    pack,
    files: {
      ...files,
      'programme.yaml': source.slice(0, begins) + ELIGIBILITY + source.slice(ends),
      'words.yaml': words,
    },
  };
}

const NO_EVIDENCE = { evidence: null };

/** What an applicant in order says, but for what others have to do. */
export const ANSWERS = {
  no_attack_tools: { said: { form: 'words', words: ['scanner'] }, ...NO_EVIDENCE },
  track_record: {
    said: { form: 'yes', value: true },
    evidence: { text: 'Twelve advisories', link: 'https://firm.example/log', expiresAt: null },
  },
  no_rebuild: { said: { form: 'rebuild', of: null }, ...NO_EVIDENCE },
  address: {
    said: { form: 'address', address: 'psirt@firm.example', notForwarded: true },
    ...NO_EVIDENCE,
  },
};

export const APPLICATION = {
  name: 'Aurelian Defence',
  contact: 'psirt@firm.example',
  roles: ['security_provider'] as const,
  products: [],
  answers: ANSWERS,
};

/** Posts to a public route as a stranger, with or without a code. */
export function stranger({ edge }: TwoSides, url: string, body: unknown, code?: string) {
  return edge.post(url, body, { key: null, ...(code === undefined ? {} : { token: code }) });
}
