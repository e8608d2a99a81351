/**
 * Facts to request, the one place where the two meet. The facts become a flat row of numbers
 * (codes of enumerated values, bit masks of sets, instants); the closures read that row, and the
 * Cedar request that goes to cedar-wasm is rendered from the same row.
 */
import type { Action, PrincipalFacts, ReleaseFacts } from '../domain/decision.ts';
import {
  type AgreementFacts,
  DUTY_PROVENANCES,
  type DutyFacts,
  type LegalDuty,
} from '../domain/enrolment.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import type { AlertEvents, VulnerabilityFacts } from '../domain/vulnerability.ts';
import { withAccepted } from './transition.ts';
import {
  DOUBTS,
  DUTY_STATUSES,
  ENUM_NAMES,
  type EnumName,
  NEVER,
  PRINCIPAL_SLOTS,
  SLOT,
  UNSCORED,
  type ValueType,
  type Vocabulary,
} from './vocabulary.ts';

/** One request as numbers, indexed by the slots of the vocabulary. */
export type Row = Float64Array;

/** The entity types that can ask. */
export const PRINCIPAL_TYPES = ['Participant', 'Public'] as const;
/** One of them: `Public` is anybody at all. */
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** The code of each value of each vocabulary: its place in the list. */
export type Codes = Readonly<Record<EnumName, ReadonlyMap<string, number>>>;

/** The codes of a vocabulary. */
export function codesOf(vocabulary: Vocabulary): Codes {
  const codes = (name: EnumName) => new Map(vocabulary.enums[name].map((value, i) => [value, i]));
  const entries = ENUM_NAMES.map((name) => [name, codes(name)] as const);
  return Object.fromEntries(entries) as Record<EnumName, Map<string, number>>;
}

/**
 * Writes the facts into `row`, checking each against the vocabulary as Cedar's request validation
 * does: a value nobody declared, or an instant that is none, refuses the request as a whole.
 * @throws POLICY_ERROR naming the attribute. The row is then half-written and must not be used.
 */
export function fillRow(
  row: Row,
  vocabulary: Vocabulary,
  codes: Codes,
  facts: ReleaseFacts,
  now: Instant,
): PrincipalType {
  const { principal, schedule } = facts;
  row[SLOT.kind] = code(codes.Kind, facts.artifact.kind, 'resource.kind');
  row[SLOT.variant] = code(codes.Variant, facts.artifact.variant, 'resource.variant');
  row[SLOT.assurance] = code(codes.Assurance, facts.assurance, 'context.assurance');
  row[SLOT.now] = long(now, 'context.now');
  fillSchedule(row, vocabulary, schedule);
  fillVulnerability(row, codes, facts.vulnerability);
  row[SLOT.platform] = code(codes.Platform, facts.platform, 'context.platform');
  return fillPrincipal(row, vocabulary, codes, principal, schedule);
}

/** The part of `fillRow` that is about who asks. @throws POLICY_ERROR naming the attribute. */
export function fillPrincipal(
  row: Row,
  vocabulary: Vocabulary,
  codes: Codes,
  principal: PrincipalFacts,
  schedule: Schedule,
): PrincipalType {
  switch (principal.kind) {
    case 'public':
      // A rule for participants must not see what the previous request left behind.
      row.fill(Number.NaN, 0, PRINCIPAL_SLOTS);
      row.fill(Number.NaN, vocabulary.criteriaSlot, vocabulary.slots);
      return 'Public';
    case 'participant': {
      const enrolment = withAccepted(principal.enrolment, vocabulary.acceptable);
      // Nothing is made anew for the many that have no grant.
      const taken = enrolment === principal.enrolment ? principal : { ...principal, enrolment };
      fillEnrolment(row, codes, taken);
      fillProfile(row, vocabulary, codes, taken, schedule);
      return 'Participant';
    }
    default:
      throw refuse('principal', principal);
  }
}

function fillSchedule(row: Row, { leads, leadSlot }: Vocabulary, schedule: Schedule): void {
  row[SLOT.disclosureAt] = long(schedule.disclosureAt, 'context.disclosureAt');
  for (let i = 0; i < leads.length; i++) {
    row[leadSlot + i] = long(schedule.opensAt[leads[i] ?? ''], 'context.opensAt');
  }
}

function fillVulnerability(row: Row, codes: Codes, facts: VulnerabilityFacts): void {
  row[SLOT.severity] = code(codes.Severity, facts.severity, 'alert.severity');
  row[SLOT.vector] = code(codes.Vector, facts.vector, 'alert.vector');
  row[SLOT.impacts] = mask(codes.Impact, facts.impacts, 'alert.impacts');
  row[SLOT.score] = facts.score === null ? UNSCORED : tenths(facts.score, 'alert.score');
  row[SLOT.products] = mask(codes.Product, facts.products, 'alert.products');
  row[SLOT.discovery] = code(codes.Discovery, facts.discovery, 'alert.discovery');
  row[SLOT.exploitedAt] = eventInstant(facts.events, 'exploitedAt');
  row[SLOT.publicAt] = eventInstant(facts.events, 'publicAt');
  row[SLOT.thirdPartyAt] = eventInstant(facts.events, 'thirdPartyAt');
  row[SLOT.fixReadyAt] = eventInstant(facts.events, 'fixReadyAt');
}

/** What has not happened happens never; what nobody stated is refused, as any missing fact is. */
function eventInstant(events: AlertEvents, name: keyof AlertEvents): number {
  const at = events[name];
  return at === null ? NEVER : long(at, `alert.${name}`);
}

function tenths(score: number, attribute: string): number {
  return long(Math.round(score * 10), attribute);
}

type ParticipantFacts = Extract<PrincipalFacts, { kind: 'participant' }>;

function fillEnrolment(row: Row, codes: Codes, { enrolment, consent }: ParticipantFacts): void {
  row[SLOT.tier] = code(codes.Tier, enrolment.tier, 'principal.tier');
  row[SLOT.standing] = code(codes.Standing, enrolment.standing, 'principal.standing');
  row[SLOT.consentMode] = code(codes.ConsentMode, enrolment.consentMode, 'principal.consentMode');
  row[SLOT.consent] = code(codes.Consent, consent, 'principal.consent');
  fillAgreement(row, enrolment.agreement);
  fillDuty(row, codes, enrolment.duty);
}

function fillProfile(
  row: Row,
  { criteria, criteriaSlot }: Vocabulary,
  codes: Codes,
  { enrolment: { profile, duty }, involvement, doubted }: ParticipantFacts,
  { disclosureAt }: Schedule,
): void {
  row[SLOT.roles] = mask(codes.Role, profile.roles, 'principal.roles');
  row[SLOT.ownProducts] = mask(codes.Product, profile.products, 'principal.products');
  row[SLOT.addenda] = mask(codes.Addendum, profile.addenda, 'principal.addenda');
  row[SLOT.involvement] = code(codes.Involvement, involvement, 'principal.involvement');
  row[SLOT.doubt] = DOUBTS.indexOf(doubtOf(doubted));
  row[SLOT.embargoOpensAt] =
    profile.maxEmbargoMs === null
      ? 0
      : Math.max(0, disclosureAt - long(profile.maxEmbargoMs, 'principal.maxEmbargoMs'));
  // A pack without criteria asks for none, and still a profile that lacks the part is not whole.
  if (typeof profile.criteria !== 'object') throw refuse('principal.criteria', profile.criteria);
  for (let i = 0; i < criteria.length; i++) {
    const until = profile.criteria[criteria[i] ?? ''];
    row[criteriaSlot + i] = until === undefined ? 0 : long(until, 'principal.criteria');
  }
  fillDutyDetails(row, codes, duty);
}

function doubtOf(doubted: boolean): (typeof DOUBTS)[number] {
  if (typeof doubted !== 'boolean') throw refuse('principal.doubt', doubted);
  return doubted ? 'confidentiality' : 'none';
}

/** For duties nobody has stated: of no scope, and due at once. */
function fillDutyDetails(row: Row, codes: Codes, duty: DutyFacts): void {
  row[SLOT.dutyScopes] = 0;
  row[SLOT.dutyClock] = duty.status === 'unknown' ? 0 : NEVER;
  if (duty.status === 'unknown') return;
  for (const { scope, clockMs } of duty.duties) {
    row[SLOT.dutyScopes] = (row[SLOT.dutyScopes] ?? 0) | bit(codes.Scope, scope, 'duty scope');
    const clock = clockMs === null ? 0 : long(clockMs, 'duty clock');
    row[SLOT.dutyClock] = Math.min(row[SLOT.dutyClock] ?? 0, clock);
  }
}

/** No agreement is the interval [0, 0), which contains no instant. */
function fillAgreement(row: Row, agreement: AgreementFacts): void {
  if (agreement === null) {
    row[SLOT.signedAt] = 0;
    row[SLOT.agreementExpiresAt] = 0;
    return;
  }
  row[SLOT.signedAt] = long(agreement.signedAt, 'principal.agreement.signedAt');
  row[SLOT.agreementExpiresAt] = long(agreement.expiresAt, 'principal.agreement.expiresAt');
}

/** Unknown duty facts are vouched for by nobody and expired at the beginning of time. */
function fillDuty(row: Row, codes: Codes, duty: DutyFacts): void {
  row[SLOT.dutyToGovernment] = 0;
  row[SLOT.dutyToCsirt] = 0;
  row[SLOT.dutyToRegulator] = 0;
  switch (duty.status) {
    case 'unknown':
      row[SLOT.dutyStatus] = DUTY_STATUSES.indexOf('unknown');
      row[SLOT.dutyProvenance] = DUTY_PROVENANCES.indexOf('none');
      row[SLOT.dutyExpiresAt] = 0;
      return;
    case 'stated':
      row[SLOT.dutyStatus] = DUTY_STATUSES.indexOf('stated');
      row[SLOT.dutyProvenance] = code(codes.Provenance, duty.provenance, 'duty.provenance');
      row[SLOT.dutyExpiresAt] = long(duty.expiresAt, 'duty.expiresAt');
      fillDuties(row, codes, duty.duties);
      return;
    default:
      throw refuse('duty.status', duty);
  }
}

/**
 * A duty counts by its trigger and by whom it is owed to. Its scope stands apart: a firm that must
 * report what it knows of its own products only would still have to be asked, per alert, whether
 * the product is one of them.
 */
function fillDuties(row: Row, codes: Codes, duties: readonly LegalDuty[]): void {
  for (let i = 0; i < duties.length; i++) {
    const duty = duties[i];
    if (duty === undefined) throw refuse('duty.duties', duty);
    const slot = recipientSlot(duty);
    row[slot] = (row[slot] ?? 0) | bit(codes.Trigger, duty.trigger, 'duty trigger');
  }
}

function recipientSlot(duty: LegalDuty): number {
  switch (duty.recipient) {
    case 'government':
      return SLOT.dutyToGovernment;
    case 'csirt':
      return SLOT.dutyToCsirt;
    case 'regulator':
      return SLOT.dutyToRegulator;
    default:
      throw refuse('duty recipient', duty);
  }
}

function code(codes: ReadonlyMap<string, number>, value: string, attribute: string): number {
  const found = codes.get(value);
  if (found === undefined) throw refuse(attribute, value);
  return found;
}

function bit(codes: ReadonlyMap<string, number>, value: string, attribute: string): number {
  return 1 << code(codes, value, attribute);
}

function mask(
  codes: ReadonlyMap<string, number>,
  values: readonly string[],
  attribute: string,
): number {
  let found = 0;
  for (let i = 0; i < values.length; i++) found |= bit(codes, values[i] ?? '', attribute);
  return found;
}

function long(value: number | undefined, attribute: string): number {
  if (value === undefined || !Number.isSafeInteger(value)) throw refuse(attribute, value);
  return value;
}

function refuse(attribute: string, value: unknown): TocsinError {
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
  return new TocsinError(
    'POLICY_ERROR',
    `${attribute}: expected a value the policy's schema declares, found ${found}`,
    { field: attribute },
  );
}

type CedarValue =
  | number
  | { readonly __entity: { readonly type: string; readonly id: string } }
  | CedarValue[]
  | { [name: string]: CedarValue };

/** A Cedar request: what `statefulIsAuthorized` needs besides policies and schema. */
export type CedarRequest = {
  readonly principal: { type: string; id: string };
  readonly action: { type: string; id: string };
  readonly resource: { type: string; id: string };
  readonly context: Record<string, CedarValue>;
  readonly entities: {
    uid: { type: string; id: string };
    attrs: Record<string, CedarValue>;
    parents: [];
  }[];
};

const RESOURCE = { type: 'Artifact', id: 'artifact' };

/** Renders a filled row as the request cedar-wasm takes. */
export function cedarRequest(
  vocabulary: Vocabulary,
  row: Row,
  type: PrincipalType,
  action: Action,
): CedarRequest {
  const principal = { type, id: 'asking' };
  const attrs = type === 'Public' ? {} : attributesBelow(vocabulary, row, 'principal');
  return {
    principal,
    action: { type: 'Action', id: action },
    resource: RESOURCE,
    context: attributesBelow(vocabulary, row, 'context'),
    entities: [
      { uid: principal, attrs, parents: [] },
      { uid: RESOURCE, attrs: attributesBelow(vocabulary, row, 'resource'), parents: [] },
    ],
  };
}

function attributesBelow(
  vocabulary: Vocabulary,
  row: Row,
  variable: string,
): Record<string, CedarValue> {
  const root: Record<string, CedarValue> = {};
  for (const { path, type, slot } of vocabulary.attributes.values()) {
    const [head, ...names] = path.split('.');
    if (head !== variable) continue;
    const last = names.pop() ?? '';
    let record: Record<string, CedarValue> = root;
    for (const name of names) record = nested(record, name);
    record[last] = cedarValue(vocabulary, type, row[slot] ?? Number.NaN);
  }
  return root;
}

function nested(record: Record<string, CedarValue>, name: string): Record<string, CedarValue> {
  const found = record[name];
  if (typeof found === 'object' && !Array.isArray(found) && !('__entity' in found)) return found;
  const fresh: Record<string, CedarValue> = {};
  record[name] = fresh;
  return fresh;
}

function cedarValue(vocabulary: Vocabulary, type: ValueType, value: number): CedarValue {
  switch (type.kind) {
    case 'long':
      return value;
    case 'enum':
      return { __entity: { type: type.name, id: vocabulary.enums[type.name][value] ?? '' } };
    case 'set':
      return vocabulary.enums[type.name]
        .filter((_, i) => ((value >>> i) & 1) === 1)
        .map((id) => ({ __entity: { type: type.name, id } }));
  }
}
