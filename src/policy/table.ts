import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import type { Tier } from '../domain/enrolment.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Lead } from '../domain/schedule.ts';
import { refusePack } from './refuse.ts';
import { MAX_TIERS } from './vocabulary.ts';
import { entries, fields, list, parseYaml, text, unexpected, word, type Yaml } from './yaml.ts';

/**
 * When a kind opens for a tier: `lead`, the tier's own lead before disclosure; `T0`, at disclosure;
 * `never`.
 */
export const CELLS = ['lead', 'T0', 'never'] as const;
export type Cell = (typeof CELLS)[number];

/** A row of the table. `reduced`: when the reduced variant stands in; `everyone`: the public. */
export type TableRow = {
  readonly tiers: Readonly<Record<Tier, Cell>>;
  readonly reduced: Exclude<Cell, 'lead'>;
  readonly everyone: Exclude<Cell, 'lead'>;
};

/** The decision table of a pack: `programme.yaml`. */
export type DecisionTable = {
  readonly pack: string;
  readonly version: number;
  /** Earliest first, as the file has them. */
  readonly leads: Readonly<Record<Tier, Lead>>;
  readonly sealedBeforeDisclosure: readonly ArtifactKind[];
  readonly rows: Readonly<Record<ArtifactKind, TableRow>>;
};

const PACK_NAME = /^[a-z][a-z0-9-]{0,40}$/;
const TIER_NAME = /^[a-z][a-z0-9_]{0,30}$/;
const LEAD = /^(\d{1,4})(d|h|m)$/;
const LEAD_UNIT_MS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS };
const RESERVED = ['reduced', 'everyone'];

/**
 * Parses `programme.yaml`. The table must have a row for every artifact kind and a cell for every
 * tier: what nobody decided is not released by default, it is refused here.
 * @throws POLICY_INVALID naming file, line and what is missing or unknown.
 */
export function parseTable(file: string, source: string): DecisionTable {
  const root = fields(parseYaml(file, source), [
    'pack',
    'version',
    'tiers',
    'sealed_before_disclosure',
    'table',
  ]);
  const leads = parseLeads(root.tiers);
  return {
    pack: parseName(root.pack),
    version: parseVersion(root.version),
    leads,
    sealedBeforeDisclosure: list(root.sealed_before_disclosure).map((kind) =>
      word(kind, ARTIFACT_KINDS),
    ),
    rows: parseRows(root.table, Object.keys(leads)),
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

function parseLeads(yaml: Yaml): Record<Tier, Lead> {
  const found = [...entries(yaml)];
  if (found.length === 0 || found.length > MAX_TIERS) {
    throw unexpected(yaml, `1 to ${MAX_TIERS} tiers`);
  }
  return Object.fromEntries(found.map(([tier, lead]) => [parseTier(tier, lead), parseLead(lead)]));
}

function parseTier(tier: string, yaml: Yaml): Tier {
  if (TIER_NAME.test(tier) && !RESERVED.includes(tier)) return tier;
  throw refusePack(yaml.place, `${yaml.path}: expected a tier's name in lower-case letters`);
}

function parseLead(yaml: Yaml): Lead {
  const [, count, unit] = LEAD.exec(text(yaml)) ?? [];
  if (unit !== 'd' && unit !== 'h' && unit !== 'm') {
    throw unexpected(yaml, 'a lead such as 14d, 24h or 90m');
  }
  return { unit: 'calendar', ms: Number(count) * LEAD_UNIT_MS[unit] };
}

function parseRows(yaml: Yaml, tiers: readonly Tier[]): Record<ArtifactKind, TableRow> {
  const rows = fields(yaml, ARTIFACT_KINDS);
  const parsed = ARTIFACT_KINDS.map((kind) => [kind, parseRow(rows[kind], tiers)] as const);
  return Object.fromEntries(parsed) as Record<ArtifactKind, TableRow>;
}

function parseRow(yaml: Yaml, tiers: readonly Tier[]): TableRow {
  const cells = fields(yaml, [...tiers, 'reduced', 'everyone']);
  const cell = (name: string): Yaml => cells[name] ?? yaml;
  return {
    tiers: Object.fromEntries(tiers.map((tier) => [tier, word(cell(tier), CELLS)])),
    reduced: word(cell('reduced'), ['T0', 'never']),
    everyone: word(cell('everyone'), ['T0', 'never']),
  };
}
