import type { DutyFacts, Enrolment, Tier } from '../../domain/enrolment.ts';
import { invalid } from '../../domain/errors.ts';
import { parseInstant } from '../../domain/instant.ts';
import { type Seeded, shuffled } from '../../domain/seeded.ts';
import type { Invented } from './invented.ts';

/** Readers that the programme may ever have: every trace pays for this many comparisons. */
export const READER_CAP = 1_000;
/** Readers who take part in the demonstration. */
export const READERS = 300;
const MAX_READERS_PER_FIRM = 5;

/** What is particular about a firm, if anything. */
export type Role =
  | 'regular'
  | 'duty'
  | 'unknown'
  | 'expired'
  | 'lapsed'
  | 'suspended'
  | 'applicant';

/** What the API takes of an enrolment: nobody is asked for a profile there yet. */
type EnrolmentTaken = Omit<Enrolment, 'profile'>;

/** A firm that does not exist, as it will be admitted. */
export type Firm = {
  readonly name: string;
  readonly role: Role;
  readonly enrolment: EnrolmentTaken;
  /** What its readers are called. */
  readonly readers: readonly string[];
};

/** Firms by tier, and the particular ones among them. The remaining ones are regular. */
const TIERS: readonly { readonly tier: Tier; readonly firms: number }[] = [
  { tier: 'validate', firms: 10 },
  { tier: 'ans', firms: 30 },
  { tier: 'entry', firms: 80 },
];
const PARTICULAR: Readonly<Record<Tier, Partial<Record<Role, number>>>> = {
  validate: { duty: 2, unknown: 1 },
  ans: { duty: 4, unknown: 2, expired: 1, lapsed: 1, suspended: 1 },
  entry: { duty: 6, unknown: 3, expired: 2, lapsed: 3, suspended: 1, applicant: 3 },
};

/** Draws 120 firms and 300 readers. */
export function drawCast(invented: Invented, random: Seeded): Firm[] {
  const names = shuffled(invented.firms, random);
  const parts = TIERS.flatMap(({ tier, firms }) =>
    shuffled(rolesOf(tier, firms), random).map((role) => ({ tier, role })),
  );
  const sizes = readersPerFirm(parts.length, random);
  const labels = shuffled(peopleOf(invented), random);
  return parts.map(({ tier, role }, index) => {
    const people = labels.splice(0, sizes[index] ?? 1);
    return {
      name: names[index] ?? '',
      role,
      enrolment: enrolmentOf(tier, role, invented, random),
      readers: people.map((person, desk) => labelOf(person, desk, invented, random)),
    };
  });
}

function rolesOf(tier: Tier, firms: number): Role[] {
  const roles: Role[] = [];
  for (const role of ['duty', 'unknown', 'expired', 'lapsed', 'suspended', 'applicant'] as const) {
    for (let left = PARTICULAR[tier]?.[role] ?? 0; left > 0; left--) roles.push(role);
  }
  while (roles.length < firms) roles.push('regular');
  return roles;
}

/** Everybody has one reader; the others fall where they fall. */
function readersPerFirm(firms: number, random: Seeded): number[] {
  const sizes = Array.from({ length: firms }, () => 1);
  for (let left = READERS - firms; left > 0; ) {
    const firm = random.below(firms);
    const size = sizes[firm] ?? 0;
    if (size >= MAX_READERS_PER_FIRM) continue;
    sizes[firm] = size + 1;
    left -= 1;
  }
  return sizes;
}

function peopleOf({ given, family }: Invented): string[] {
  return given.flatMap((first) => family.map((last) => `${first} ${last}`));
}

/** The first reader of a firm is a person; a later one may be a machine in that person's care. */
function labelOf(person: string, desk: number, { machines }: Invented, random: Seeded): string {
  if (desk === 0 || random.below(4) > 0) return person;
  return `${machines[random.below(machines.length)]} (${person})`;
}

const SIGNED = parseInstant('2025-01-01T00:00:00Z');
const IN_FORCE = parseInstant('2027-01-01T00:00:00Z');
/** Before the alert is drafted: what expired then is out of date all through. */
const OVER = parseInstant('2025-06-01T00:00:00Z');

function enrolmentOf(tier: Tier, role: Role, invented: Invented, random: Seeded): EnrolmentTaken {
  return {
    tier,
    standing: role === 'suspended' || role === 'applicant' ? role : 'active',
    duty: dutyFactsOf(role, invented, random),
    agreement: { signedAt: SIGNED, expiresAt: role === 'lapsed' ? OVER : IN_FORCE },
    consentMode: 'standing',
  };
}

function dutyFactsOf(role: Role, { jurisdictions }: Invented, random: Seeded): DutyFacts {
  if (role === 'unknown') return { status: 'unknown' };
  const homes = jurisdictions.filter(
    ({ duties }) => duties.some(reportsToGovernment) === (role === 'duty'),
  );
  const home = homes[random.below(homes.length)];
  if (!home) throw invalid('jurisdictions', `one for a firm that is ${role}`, 'none');
  const expiresAt = role === 'expired' ? OVER : IN_FORCE;
  return { status: 'stated', duties: home.duties, provenance: 'attested', expiresAt };
}

/** The duty of the July 2025 rule: whatever is known, to a government. */
export function reportsToGovernment(duty: {
  readonly trigger: string;
  readonly recipient: string;
}): boolean {
  return duty.trigger === 'any_known' && duty.recipient === 'government';
}
