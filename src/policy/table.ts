import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { Tier } from '../domain/enrolment.ts';
import { THREADS, type Threads } from '../domain/message.ts';
import type { Lead } from '../domain/schedule.ts';
import { type Claim, claimsOf } from './duties/claims.ts';
import { DEFAULT_DUTIES, type DutyRules, parseDuties } from './duties/rules.ts';
import { parseEligibility } from './eligibility/parse.ts';
import { type EligibilitySection, releaseCriteria } from './eligibility/section.ts';
import { DEFAULT_EMBARGO, type EmbargoRules, parseEmbargo } from './embargo/rules.ts';
import { type Exception, parseExceptions } from './exception.ts';
import { OWN_LEAD, PROGRAMME_CALENDAR, parseLead, parseOwnLead } from './lead.ts';
import { type MarkingRules, parseMarking } from './marking-rules.ts';
import { refusePack } from './refuse.ts';
import { type PackTerms, parseTiming } from './timing/parse-timing.ts';
import type { Timing } from './timing/section.ts';
import { parseUse } from './use/parse.ts';
import type { UseSection } from './use/section.ts';
import { MAX_NAMES, OTHER_PRODUCT } from './vocabulary.ts';
import {
  entries,
  fields,
  list,
  optional,
  parseYaml,
  text,
  unexpected,
  word,
  type Yaml,
} from './yaml.ts';

/**
 * When a kind opens for a tier, and in which form. `opens` names an instant: a lead of the table,
 * `T0` for disclosure, or null for never. `reduced`: the reduced variant alone.
 */
export type Cell = { readonly opens: string | null; readonly reduced: boolean };

/** A row of the table. `reduced`: when the reduced variant stands in; `everyone`: the public. */
export type TableRow = {
  readonly tiers: Readonly<Record<Tier, Cell>>;
  readonly reduced: 'T0' | 'never';
  readonly everyone: 'T0' | 'never';
};

/** Names of the sections that other rooms read. */
export const SECTIONS = ['timing', 'eligibility', 'use', 'duties', 'embargo'] as const;

/** The decision table of a pack and what goes with it: `programme.yaml`. */
export type DecisionTable = {
  readonly pack: string;
  readonly version: number;
  /** Earliest first, as the file has them. */
  readonly tiers: readonly Tier[];
  /** One of each tier, under its name, then those of single cells. */
  readonly leads: Readonly<Record<string, Lead>>;
  /** Products or platforms that rules may name. */
  readonly products: readonly string[];
  /** Criteria without whose evidence nothing is released. */
  readonly criteria: readonly string[];
  readonly sealedBeforeDisclosure: readonly ArtifactKind[];
  readonly rows: Readonly<Record<ArtifactKind, TableRow>>;
  readonly exceptions: readonly Exception[];
  /** Whether everything is decided and logged, and nothing sent. */
  readonly shadow: boolean;
  /** Who reads what participants write about an alert; the issuer alone, unless it says so. */
  readonly threads: Threads;
  /** How copies of each kind are marked. */
  readonly marking: MarkingRules;
  /** Null where the pack has no such section. */
  readonly eligibility: EligibilitySection | null;
  readonly use: UseSection | null;
  readonly embargo: EmbargoRules;
  readonly duties: DutyRules;
  /** What its sections presuppose of the release rules. */
  readonly claims: readonly Claim[];
  /** The clock of the programme; null: none but its leads. */
  readonly timing: Timing | null;
};

/** `shadow`: beside another way of sending, to see what would be sent. */
const MODES = ['live', 'shadow'] as const;

const PACK_NAME = /^[a-z][a-z0-9-]{0,40}$/;
const NAME = /^[a-z][a-z0-9_]{0,30}$/;
const RESERVED = ['reduced', 'everyone'];

/**
 * Parses `programme.yaml`. The table must have a row for every artifact kind and a cell for every
 * tier: what nobody decided is not released by default, it is refused here.
 * @throws POLICY_INVALID naming file, line and what is missing or unknown.
 */
export function parseTable(file: string, source: string): DecisionTable {
  const root = fields(
    parseYaml(file, source),
    ['pack', 'version', 'tiers', 'sealed_before_disclosure', 'table'],
    ['products', 'release_criteria', 'exceptions', 'threads', 'marking', 'mode', ...SECTIONS],
  );
  const leads = new Map(parseTiers(root.tiers));
  const tiers = [...leads.keys()];
  const eligibility =
    root.eligibility === undefined ? null : parseEligibility(root.eligibility, tiers);
  const products = parseNames(root.products, [OTHER_PRODUCT]);
  const duties = optional(root.duties, parseDuties, DEFAULT_DUTIES);
  // Cells add the leads that are theirs alone.
  const rows = parseRows(root.table, tiers, leads);
  return {
    pack: parseName(root.pack),
    version: parseVersion(root.version),
    tiers,
    leads: Object.fromEntries(leads),
    products,
    criteria: parseCriteria(root.release_criteria, eligibility),
    sealedBeforeDisclosure: list(root.sealed_before_disclosure).map((kind) =>
      word(kind, ARTIFACT_KINDS),
    ),
    rows,
    exceptions: root.exceptions === undefined ? [] : parseExceptions(root.exceptions),
    shadow: optional(root.mode, (yaml) => word(yaml, MODES), 'live') === 'shadow',
    threads: optional(root.threads, (yaml) => word(yaml, THREADS), 'issuer'),
    marking: optional(root.marking, parseMarking, {}),
    eligibility,
    use: root.use === undefined ? null : parseUse(root.use),
    embargo: optional(root.embargo, parseEmbargo, DEFAULT_EMBARGO),
    duties,
    claims: root.duties === undefined ? [] : claimsOf(root.duties, duties),
    timing: parseClock(root.tiers, root.timing, { leads: Object.fromEntries(leads), products }),
  };
}

function parseName(yaml: Yaml): string {
  const name = text(yaml);
  if (!PACK_NAME.test(name)) throw unexpected(yaml, 'lower-case letters, digits and hyphens');
  return name;
}

function parseVersion(yaml: Yaml): number {
  const version = Number(yaml.node?.toJSON());
  if (!Number.isSafeInteger(version) || version < 1) throw unexpected(yaml, 'an integer from 1');
  return version;
}

function parseClock(tiers: Yaml, yaml: Yaml | undefined, terms: PackTerms): Timing | null {
  if (yaml !== undefined) return parseTiming(yaml, terms);
  if (Object.values(terms.leads).every(({ unit }) => unit === 'calendar')) return null;
  throw refusePack(
    tiers.place,
    `${tiers.path}: business days without the calendar ${PROGRAMME_CALENDAR}`,
    `add timing.calendars.${PROGRAMME_CALENDAR}`,
  );
}

function parseTiers(yaml: Yaml): [Tier, Lead][] {
  const found = [...entries(yaml)];
  if (found.length === 0 || found.length > MAX_NAMES) {
    throw unexpected(yaml, `1 to ${MAX_NAMES} tiers`);
  }
  return found.map(([tier, lead]) => [parseTier(tier, lead), parseLead(lead)]);
}

function parseTier(tier: string, yaml: Yaml): Tier {
  const free = NAME.test(tier) && !RESERVED.includes(tier) && !tier.startsWith(OWN_LEAD);
  if (free) return tier;
  throw refusePack(yaml.place, `${yaml.path}: expected a tier's name in lower-case letters`);
}

function parseNames(yaml: Yaml | undefined, taken: readonly string[]): string[] {
  if (yaml === undefined) return [];
  const found = list(yaml);
  if (found.length >= MAX_NAMES) throw unexpected(yaml, `fewer than ${MAX_NAMES} names`);
  const names: string[] = [];
  for (const each of found) {
    const name = text(each);
    if (!NAME.test(name)) throw unexpected(each, 'lower-case letters, digits and underscores');
    if (names.includes(name) || taken.includes(name)) {
      throw unexpected(each, 'a name that is not taken');
    }
    names.push(name);
  }
  return names;
}

/** Where the pack says who is eligible, its criteria say themselves which of them gate release. */
function parseCriteria(yaml: Yaml | undefined, eligibility: EligibilitySection | null): string[] {
  if (eligibility === null) return parseNames(yaml, []);
  if (yaml === undefined) return releaseCriteria(eligibility);
  const remedy = 'write gates_release: true there';
  throw refusePack(yaml.place, 'release_criteria beside the eligibility section', remedy);
}

function parseRows(
  yaml: Yaml,
  tiers: readonly Tier[],
  leads: Map<string, Lead>,
): Record<ArtifactKind, TableRow> {
  const rows = fields(yaml, ARTIFACT_KINDS);
  const parsed = ARTIFACT_KINDS.map((kind) => [kind, parseRow(rows[kind], tiers, leads)] as const);
  return Object.fromEntries(parsed) as Record<ArtifactKind, TableRow>;
}

function parseRow(yaml: Yaml, tiers: readonly Tier[], leads: Map<string, Lead>): TableRow {
  const cells = fields(yaml, [...tiers, 'reduced', 'everyone']);
  const cell = (name: string): Yaml => cells[name] ?? yaml;
  return {
    tiers: Object.fromEntries(tiers.map((tier) => [tier, parseCell(cell(tier), tier, leads)])),
    reduced: word(cell('reduced'), ['T0', 'never']),
    everyone: word(cell('everyone'), ['T0', 'never']),
  };
}

/** `lead`, `T0` or a lead of the cell's own such as `48h`, each perhaps `… reduced`; or `never`. */
function parseCell(yaml: Yaml, tier: Tier, leads: Map<string, Lead>): Cell {
  const [when = '', form, ...more] = text(yaml).split(' ');
  const reduced = form === 'reduced';
  if (more.length > 0 || (form !== undefined && !reduced)) throw notACell(yaml);
  if (when === 'never' && !reduced) return { opens: null, reduced: false };
  if (when === 'lead') return { opens: tier, reduced };
  if (when === 'T0') return { opens: 'T0', reduced };
  const own = parseOwnLead(when);
  if (own === null) throw notACell(yaml);
  leads.set(`${OWN_LEAD}${when}`, own);
  return { opens: `${OWN_LEAD}${when}`, reduced };
}

function notACell(yaml: Yaml) {
  return unexpected(
    yaml,
    'one of lead, T0, never or a time such as 48h, the first ones perhaps followed by "reduced"',
  );
}
