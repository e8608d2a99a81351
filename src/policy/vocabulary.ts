import { ARTIFACT_KINDS, ASSURANCES, VARIANTS } from '../domain/artifact.ts';
import {
  CONSENT_MODES,
  CONSENTS,
  DUTY_PROVENANCES,
  DUTY_TRIGGERS,
  STANDINGS,
  type Tier,
} from '../domain/enrolment.ts';

/** The closed vocabularies of a policy; each is an enumerated entity type of the Cedar schema. */
export const ENUM_NAMES = [
  'Tier',
  'Standing',
  'DutyStatus',
  'Provenance',
  'Trigger',
  'ConsentMode',
  'Consent',
  'Kind',
  'Variant',
  'Assurance',
] as const;
export type EnumName = (typeof ENUM_NAMES)[number];

/** Whether anything is known of a participant's legal duties. */
export const DUTY_STATUSES = ['unknown', 'stated'] as const;

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

/** Everything a policy of one pack may mention. Only the tiers differ between packs. */
export type Vocabulary = {
  readonly tiers: readonly Tier[];
  readonly enums: Readonly<Record<EnumName, readonly string[]>>;
  /** By path; all are required, so that no policy can fail on an absent one. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** How many slots of a request row the attributes take. */
  readonly slots: number;
  /** By slot, how many values it can hold; absent for instants. */
  readonly sizes: readonly (number | undefined)[];
};

/** Sets of enumerated values are 32-bit masks, of which the sign bit is left alone. */
export const MAX_TIERS = 31;

/** The slots of a request row that are the same in every pack. */
export const SLOT = {
  tier: 0,
  standing: 1,
  dutyStatus: 2,
  dutyProvenance: 3,
  dutyExpiresAt: 4,
  dutyToGovernment: 5,
  dutyToCsirt: 6,
  dutyToRegulator: 7,
  signedAt: 8,
  agreementExpiresAt: 9,
  consentMode: 10,
  consent: 11,
  kind: 12,
  variant: 13,
  assurance: 14,
  now: 15,
  disclosureAt: 16,
  /** The opening instants of the tiers follow, in the pack's order. */
  opensAt: 17,
} as const;

/** The first slots describe the principal and are empty for `Public`. */
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
  ['principal.agreement.signedAt', LONG, SLOT.signedAt],
  ['principal.agreement.expiresAt', LONG, SLOT.agreementExpiresAt],
  ['principal.consentMode', one('ConsentMode'), SLOT.consentMode],
  ['principal.consent', one('Consent'), SLOT.consent],
  ['resource.kind', one('Kind'), SLOT.kind],
  ['resource.variant', one('Variant'), SLOT.variant],
  ['context.assurance', one('Assurance'), SLOT.assurance],
  ['context.now', LONG, SLOT.now],
  ['context.disclosureAt', LONG, SLOT.disclosureAt],
];

/** The vocabulary of a pack with these tiers (earliest first). */
export function vocabularyOf(tiers: readonly Tier[]): Vocabulary {
  const opensAt = tiers.map(
    (tier, i) => [`context.opensAt.${tier}`, LONG, SLOT.opensAt + i] as const,
  );
  const attributes = new Map(
    [...COMMON, ...opensAt].map(([path, type, slot]) => [path, { path, type, slot }]),
  );
  const enums = enumsWith(tiers);
  const sizes = [...attributes.values()]
    .sort((a, b) => a.slot - b.slot)
    .map(({ type }) => sizeOf(type, enums));
  return { tiers, enums, attributes, slots: sizes.length, sizes };
}

function sizeOf(
  type: ValueType,
  enums: Readonly<Record<EnumName, readonly string[]>>,
): number | undefined {
  if (type.kind === 'long') return undefined;
  const { length } = enums[type.name];
  return type.kind === 'enum' ? length : 2 ** length;
}

function enumsWith(tiers: readonly Tier[]): Record<EnumName, readonly string[]> {
  return {
    Tier: tiers,
    Standing: STANDINGS,
    DutyStatus: DUTY_STATUSES,
    Provenance: DUTY_PROVENANCES,
    Trigger: DUTY_TRIGGERS,
    ConsentMode: CONSENT_MODES,
    Consent: CONSENTS,
    Kind: ARTIFACT_KINDS,
    Variant: VARIANTS,
    Assurance: ASSURANCES,
  };
}

/** The Cedar schema of a vocabulary, as text for cedar-wasm and for readers. */
export function cedarSchema(vocabulary: Vocabulary): string {
  const enums = ENUM_NAMES.map(
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
