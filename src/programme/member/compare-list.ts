import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { type Contact, domainOf } from '../../domain/contact.ts';
import { type Enrolment, NO_PROFILE, statedFacts } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { ListedFacts, ListedMember, RowProblem } from '../../formats/members/listed.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Tx } from '../../store/database.ts';
import { type Enrolled, enrolmentsPage, namesElsewhere } from '../../store/participant-reader.ts';
import type { Context } from '../context.ts';
import type { ImportRow } from './apply-member-change.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { contactsOf } from './contacts.ts';

/** Who is in the programme, as far as a list can name them. */
export type KnownMembers = {
  readonly byName: ReadonlyMap<string, Enrolled>;
  readonly byDomain: ReadonlyMap<string, Enrolled>;
  readonly contacts: ReadonlyMap<ParticipantId, readonly Contact[]>;
  /** Names that participants of other programmes have. */
  readonly taken: ReadonlySet<string>;
};

const PAGE = 500;

/** Reads them all: a list may name any. */
export async function knownMembers(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
): Promise<KnownMembers> {
  const byName = new Map<string, Enrolled>();
  const byDomain = new Map<string, Enrolled>();
  const contacts = await contactsOf(context, tx, programme);
  let after: ParticipantId | null = null;
  for (;;) {
    const page: Enrolled[] = await enrolmentsPage(tx, programme, after, PAGE);
    for (const enrolled of page) {
      byName.set(enrolled.name, enrolled);
      for (const contact of contacts.get(enrolled.participant) ?? []) {
        byDomain.set(domainOf(contact), enrolled);
      }
    }
    after = page.at(-1)?.participant ?? null;
    if (page.length < PAGE) break;
  }
  return { byName, byDomain, contacts, taken: await namesElsewhere(tx, programme) };
}

/**
 * What becomes of each organisation of a list. What the list does not say is not known of a new
 * one, and stays as it is of one that is in.
 */
export function compareList(
  policy: Policy,
  known: KnownMembers,
  listed: readonly ListedMember[],
  tier: string | null,
): ImportRow[] {
  const first: First = { names: new Map(), domains: new Map() };
  return listed.map((member) => {
    const match = matched(known, member);
    const name = member.name ?? match?.name ?? nameByDomain(member);
    const told = { ...member, name };
    const problems = [...member.problems, ...clashes(known, told, match, first)];
    const before = match === null ? null : statedFacts(match.enrolment);
    const facts = merged(before, member.facts, tier);
    if (facts.tier === '') problems.push(NO_TIER);
    else problems.push(...unknownWords(policy, facts));
    const row = { rows: member.rows, name, participant: match?.participant ?? null };
    if (problems.length > 0) {
      return { ...row, result: 'refused', problems, before, after: null, contacts: [] };
    }
    const had = match === null ? [] : (known.contacts.get(match.participant) ?? []);
    const contacts = withContacts(had, member.contacts);
    const same = before !== null && isSame(before, facts) && isSame(had, contacts);
    const result = before === null ? 'admit' : same ? 'same' : 'change';
    return { ...row, result, problems, before, after: facts, contacts };
  });
}

const NO_TIER: RowProblem = {
  column: 'tier',
  message: 'tier: expected one in the file, or one stated for all of it, found none',
};

/** By its name; where the list has none, by a domain, or by a name that is one. */
function matched(known: KnownMembers, { name, contacts }: ListedMember): Enrolled | null {
  if (name !== null) return known.byName.get(name) ?? null;
  const [contact] = contacts;
  if (contact === undefined) return null;
  const domain = domainOf(contact);
  return known.byDomain.get(domain) ?? known.byName.get(domain) ?? null;
}

function nameByDomain({ contacts: [contact] }: ListedMember): string {
  return contact === undefined ? '' : domainOf(contact);
}

/** Names and domains that earlier rows had, with the row. */
type First = { readonly names: Map<string, number>; readonly domains: Map<string, number> };

/** Two rows must not be one organisation, nor one row two. */
function clashes(
  known: KnownMembers,
  { rows: [row = 0], name, contacts }: ListedMember & { readonly name: string },
  match: Enrolled | null,
  { names, domains }: First,
): RowProblem[] {
  const problems: RowProblem[] = [];
  const say = (column: string, found: string) =>
    problems.push({ column, message: `${column}: expected another, found ${found}` });
  if (name !== '') {
    const earlier = names.get(name);
    if (earlier !== undefined) say('name', `that of row ${earlier}`);
    else names.set(name, row);
    if (match === null && known.taken.has(name)) say('name', 'one of another programme');
  }
  for (const domain of new Set(contacts.map(domainOf))) {
    const earlier = domains.get(domain);
    if (earlier !== undefined) say('addresses', `the domain of row ${earlier}`);
    else domains.set(domain, row);
    const holder = known.byDomain.get(domain);
    if (holder && holder.participant !== match?.participant) {
      say('addresses', 'the domain of another participant');
    }
  }
  return problems;
}

/** Missing facts are unknown, and shut: no agreement, duties unknown, consent for each alert. */
function merged(before: Enrolment | null, facts: ListedFacts, tier: string | null): Enrolment {
  const was: Enrolment = before ?? {
    tier: tier ?? '',
    standing: 'active',
    duty: { status: 'unknown' },
    agreement: null,
    consentMode: 'per_alert',
    profile: NO_PROFILE,
  };
  return {
    tier: facts.tier ?? was.tier,
    standing: was.standing,
    duty: facts.duty ?? was.duty,
    agreement: facts.agreement ?? was.agreement,
    consentMode: facts.consentMode ?? was.consentMode,
    profile: {
      ...was.profile,
      roles: facts.roles ?? was.profile.roles,
      products: facts.products ?? was.profile.products,
      criteria: { ...was.profile.criteria, ...facts.criteria },
    },
  };
}

function unknownWords(policy: Policy, enrolment: Enrolment): RowProblem[] {
  try {
    checkEnrolment(policy, enrolment);
    return [];
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    const column = (error.field ?? '').replace(/^enrolment\.(?:profile\.)?|\[\d+\]$/g, '');
    return [{ column, message: error.message }];
  }
}

/** Those there are, with what is new of them. A key that is noted stays until another is named. */
function withContacts(had: readonly Contact[], listed: readonly Contact[]): Contact[] {
  const keys = new Map(had.map(({ address, fingerprint }) => [address, fingerprint]));
  for (const { address, fingerprint } of listed) {
    keys.set(address, fingerprint ?? keys.get(address) ?? null);
  }
  return [...keys].map(([address, fingerprint]) => ({ address, fingerprint }));
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}
