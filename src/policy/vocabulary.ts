import { ARTIFACT_KINDS, ASSURANCES, VARIANTS } from '../domain/artifact.ts';
import { PLATFORM_STATES } from '../domain/decision.ts';
import {
  ADDENDA,
  CONSENT_MODES,
  CONSENTS,
  DUTY_PROVENANCES,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  INVOLVEMENTS,
  ROLES,
  STANDINGS,
  type Tier,
} from '../domain/enrolment.ts';
import { ATTACK_VECTORS, DISCOVERIES, IMPACTS, SEVERITIES } from '../domain/vulnerability.ts';

/** The closed vocabularies of a policy; each is an enumerated entity type of the Cedar schema. */
export const ENUM_NAMES = [
  'Tier',
  'Standing',
  'DutyStatus',
  'Provenance',
  'Trigger',
  'Scope',
  'ConsentMode',
  'Consent',
  'Role',
  'Product',
  'Addendum',
  'Involvement',
  'Doubt',
  'Kind',
  'Variant',
  'Assurance',
  'Severity',
  'Vector',
  'Impact',
  'Discovery',
  'Platform',
] as const;
export type EnumName = (typeof ENUM_NAMES)[number];

/** Whether anything is known of a participant's legal duties. */
export const DUTY_STATUSES = ['unknown', 'stated'] as const;

/** Whether the confidentiality of one recipient is in doubt. */
export const DOUBTS = ['none', 'confidentiality'] as const;

/**
 * Stands for an instant that has not come, and for a time nobody set: the last there is, after
 * every real one.
 */
export const NEVER = 253_402_300_799_999;

/** The score of a vulnerability that has none: below all, so that a lower bound refuses it. */
export const UNSCORED = -1;

/**
 * The types an attribute can have. `long` holds an instant in integer milliseconds since 1970 UTC:
 * Cedar's `datetime` would need extension calls, which the validator types less tightly and which
 * can fail at run time; a Long compares exactly and is what the rest of Tocsin uses.
 */
export type ValueType =
  | { readonly kind: 'long' }
  | { readonly kind: 'enum'; readonly name: EnumName }
  | { readonly kind: 'set'; readonly name: EnumName };

/** One attribute that policies may read: its path in Cedar, its type, its slot in a request row. */
export type Attribute = {
  readonly path: string;
  readonly type: ValueType;
  readonly slot: number;
};

/** The names that differ between packs. */
export type PackNames = {
  /** Earliest first. */
  readonly tiers: readonly Tier[];
  /** Of the instants of a schedule: one for each tier, then those of single cells. */
  readonly leads: readonly string[];
  readonly products: readonly string[];
  /** Criteria whose evidence rules may ask for. */
  readonly criteria: readonly string[];
};

/** Everything a policy of one pack may mention. */
export type Vocabulary = PackNames & {
  readonly enums: Readonly<Record<EnumName, readonly string[]>>;
  /** By path; all are required, so that no policy can fail on an absent one. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** How many slots of a request row the attributes take. */
  readonly slots: number;
  /** By slot, how many values it can hold; absent for instants. */
  readonly sizes: readonly (number | undefined)[];
  /** Where the instants of the schedule begin, and the ends of the criteria's evidence. */
  readonly leadSlot: number;
  readonly criteriaSlot: number;
  /** Unknown facts that a transition grant can stand in for; none before rules are known. */
  readonly acceptable: ReadonlySet<string>;
};

/** Sets of enumerated values are 32-bit masks, of which the sign bit is left alone. */
export const MAX_NAMES = 31;

/** What `Product` holds beside the pack's own: something the pack has no name for. */
export const OTHER_PRODUCT = 'other';

/**
 * The slots of a request row that are the same in every pack. The instants of the schedule follow,
 * in the pack's order, and then those of its criteria.
 */
export const SLOT = {
  tier: 0,
  standing: 1,
  dutyStatus: 2,
  dutyProvenance: 3,
  dutyExpiresAt: 4,
  dutyToGovernment: 5,
  dutyToCsirt: 6,
  dutyToRegulator: 7,
  dutyScopes: 8,
  dutyClock: 9,
  signedAt: 10,
  agreementExpiresAt: 11,
  consentMode: 12,
  consent: 13,
  roles: 14,
  ownProducts: 15,
  addenda: 16,
  involvement: 17,
  doubt: 18,
  embargoOpensAt: 19,
  kind: 20,
  variant: 21,
  assurance: 22,
  now: 23,
  disclosureAt: 24,
  severity: 25,
  vector: 26,
  impacts: 27,
  score: 28,
  products: 29,
  discovery: 30,
  exploitedAt: 31,
  publicAt: 32,
  thirdPartyAt: 33,
  fixReadyAt: 34,
  platform: 35,
  /** The first of those that differ between packs. */
  named: 36,
} as const;

/** The first slots describe the principal and are empty for `Public`; so are the criteria's. */
export const PRINCIPAL_SLOTS = SLOT.kind;

const LONG: ValueType = { kind: 'long' };
const one = (name: EnumName): ValueType => ({ kind: 'enum', name });
const setOf = (name: EnumName): ValueType => ({ kind: 'set', name });

const COMMON: readonly (readonly [string, ValueType, number])[] = [
  ['principal.tier', one('Tier'), SLOT.tier],
  ['principal.standing', one('Standing'), SLOT.standing],
  ['principal.duty.status', one('DutyStatus'), SLOT.dutyStatus],
  ['principal.duty.provenance', one('Provenance'), SLOT.dutyProvenance],
  ['principal.duty.expiresAt', LONG, SLOT.dutyExpiresAt],
  ['principal.duty.toGovernment', setOf('Trigger'), SLOT.dutyToGovernment],
  ['principal.duty.toCsirt', setOf('Trigger'), SLOT.dutyToCsirt],
  ['principal.duty.toRegulator', setOf('Trigger'), SLOT.dutyToRegulator],
  ['principal.duty.scopes', setOf('Scope'), SLOT.dutyScopes],
  ['principal.duty.shortestClock', LONG, SLOT.dutyClock],
  ['principal.agreement.signedAt', LONG, SLOT.signedAt],
  ['principal.agreement.expiresAt', LONG, SLOT.agreementExpiresAt],
  ['principal.consentMode', one('ConsentMode'), SLOT.consentMode],
  ['principal.consent', one('Consent'), SLOT.consent],
  ['principal.roles', setOf('Role'), SLOT.roles],
  ['principal.products', setOf('Product'), SLOT.ownProducts],
  ['principal.addenda', setOf('Addendum'), SLOT.addenda],
  ['principal.involvement', one('Involvement'), SLOT.involvement],
  ['principal.doubt', one('Doubt'), SLOT.doubt],
  ['principal.embargoOpensAt', LONG, SLOT.embargoOpensAt],
  ['resource.kind', one('Kind'), SLOT.kind],
  ['resource.variant', one('Variant'), SLOT.variant],
  ['context.assurance', one('Assurance'), SLOT.assurance],
  ['context.now', LONG, SLOT.now],
  ['context.disclosureAt', LONG, SLOT.disclosureAt],
  ['context.alert.severity', one('Severity'), SLOT.severity],
  ['context.alert.vector', one('Vector'), SLOT.vector],
  ['context.alert.impacts', setOf('Impact'), SLOT.impacts],
  ['context.alert.score', LONG, SLOT.score],
  ['context.alert.products', setOf('Product'), SLOT.products],
  ['context.alert.discovery', one('Discovery'), SLOT.discovery],
  ['context.events.exploitedAt', LONG, SLOT.exploitedAt],
  ['context.events.publicAt', LONG, SLOT.publicAt],
  ['context.events.thirdPartyAt', LONG, SLOT.thirdPartyAt],
  ['context.events.fixReadyAt', LONG, SLOT.fixReadyAt],
  ['context.platform', one('Platform'), SLOT.platform],
];

/** The vocabulary of a pack with these names. */
export function vocabularyOf(names: PackNames): Vocabulary {
  const leadSlot = SLOT.named;
  const criteriaSlot = leadSlot + names.leads.length;
  const opensAt = names.leads.map(
    (lead, i) => [`context.opensAt.${lead}`, LONG, leadSlot + i] as const,
  );
  const criteria = names.criteria.map(
    (criterion, i) => [`principal.criteria.${criterion}`, LONG, criteriaSlot + i] as const,
  );
  const attributes = new Map(
    [...COMMON, ...opensAt, ...criteria].map(([path, type, slot]) => [path, { path, type, slot }]),
  );
  const enums = enumsWith(names);
  const sizes = [...attributes.values()]
    .sort((a, b) => a.slot - b.slot)
    .map(({ type }) => sizeOf(type, enums));
  const slots = sizes.length;
  const acceptable = new Set<string>();
  return { ...names, enums, attributes, slots, sizes, leadSlot, criteriaSlot, acceptable };
}

function sizeOf(
  type: ValueType,
  enums: Readonly<Record<EnumName, readonly string[]>>,
): number | undefined {
  if (type.kind === 'long') return undefined;
  const { length } = enums[type.name];
  return type.kind === 'enum' ? length : 2 ** length;
}

function enumsWith({ tiers, products }: PackNames): Record<EnumName, readonly string[]> {
  return {
    Tier: tiers,
    Standing: STANDINGS,
    DutyStatus: DUTY_STATUSES,
    Provenance: DUTY_PROVENANCES,
    Trigger: DUTY_TRIGGERS,
    Scope: DUTY_SCOPES,
    ConsentMode: CONSENT_MODES,
    Consent: CONSENTS,
    Role: ROLES,
    Product: [...products, OTHER_PRODUCT],
    Addendum: ADDENDA,
    Involvement: INVOLVEMENTS,
    Doubt: DOUBTS,
    Kind: ARTIFACT_KINDS,
    Variant: VARIANTS,
    Assurance: ASSURANCES,
    Severity: SEVERITIES,
    Vector: ATTACK_VECTORS,
    Impact: IMPACTS,
    Discovery: DISCOVERIES,
    Platform: PLATFORM_STATES,
  };
}

/** The vocabulary with these attributes alone; slots stay what they are. */
export function narrowed(vocabulary: Vocabulary, paths: ReadonlySet<string>): Vocabulary {
  const kept = [...vocabulary.attributes].filter(([path]) => paths.has(path));
  return { ...vocabulary, attributes: new Map(kept) };
}

/**
 * The Cedar schema of a vocabulary, as text for cedar-wasm and for readers.
 * @param names of the enumerated types it declares.
 */
export function cedarSchema(
  vocabulary: Vocabulary,
  names: readonly EnumName[] = ENUM_NAMES,
): string {
  const enums = names.map(
    (name) => `entity ${name} enum [${vocabulary.enums[name].map(quote).join(', ')}];`,
  );
  return [
    ...enums,
    `entity Participant = ${record(vocabulary, 'principal')};`,
    'entity Public;',
    `entity Artifact = ${record(vocabulary, 'resource')};`,
    'action release, releaseReduced appliesTo {',
    '  principal: [Participant, Public],',
    '  resource: [Artifact],',
    `  context: ${record(vocabulary, 'context')},`,
    '};',
    '',
  ].join('\n');
}

/** The record type of all attributes below `prefix`, nested as their paths are. */
function record(vocabulary: Vocabulary, prefix: string): string {
  const fields = new Map<string, string>();
  for (const { path, type } of vocabulary.attributes.values()) {
    if (!path.startsWith(`${prefix}.`)) continue;
    const [name = '', ...deeper] = path.slice(prefix.length + 1).split('.');
    fields.set(
      name,
      deeper.length === 0 ? typeName(type) : record(vocabulary, `${prefix}.${name}`),
    );
  }
  return `{ ${[...fields].map(([name, type]) => `${name}: ${type}`).join(', ')} }`;
}

function typeName(type: ValueType): string {
  switch (type.kind) {
    case 'long':
      return 'Long';
    case 'enum':
      return type.name;
    case 'set':
      return `Set<${type.name}>`;
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
