import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { ALERT_MODES, type AlertMode } from '../domain/alert.ts';
import {
  ARTIFACT_KINDS,
  type ArtifactKind,
  FORMATS,
  type Format,
  MARKINGS,
  type Marking,
  standsIn,
  TLP_LABELS,
  type Tlp,
  USE_PERMISSIONS,
  type UsePermission,
  VARIANTS,
  type Variant,
} from '../domain/artifact.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import { type Instant, parseInstant } from '../domain/instant.ts';
import type { Assessment, HappeningKind } from '../domain/vulnerability.ts';
import { ASSESSMENT_FIELDS, assessmentOf } from './assessment-file.ts';
import { readLocalFile, readTextFile, readTextIfThere } from './local-file.ts';
import { happenedIn } from './timing-options.ts';
import { textsOf } from './yaml-file.ts';

/** An alert as its author keeps it on disk: `alert.yaml`, the artifacts, and their sidecars. */
export type AlertFolder = {
  readonly title: string;
  readonly mode: AlertMode;
  readonly disclosureAt: Instant;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  /** What it says of the vulnerability; what it leaves out is not known. */
  readonly assessment: Assessment;
  /** What has happened already. */
  readonly happened: readonly { readonly kind: HappeningKind; readonly at: Instant }[];
  /** What is said for this T0, by code or in the pack's words. */
  readonly answers: {
    readonly reasons: readonly string[];
    readonly accept: Readonly<Record<string, string>>;
  };
  /** Reduced variants first, so that those they stand in for can name them. */
  readonly artifacts: readonly FolderArtifact[];
  /** What comes after its waves have begun, in the order of alert.yaml; no part of a draft. */
  readonly late: readonly FolderArtifact[];
};

export type FolderArtifact = {
  readonly file: string;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly marking: Marking;
  readonly name: string;
  /** File of the reduced variant, or null. */
  readonly reducedBy: string | null;
  readonly sourcePublishedAt: Instant | null;
  /** Whose text was taken over; null for our own. */
  readonly origin: string | null;
  readonly content: Buffer;
  /** Text of `<file>.alternates.yaml`, or null where there is none. */
  readonly sidecar: string | null;
};

const HEAD_FIELDS = [
  ...['title', 'mode', 'disclosureAt', 'tlp', 'usePermissions', 'artifacts', 'late'],
  ...['events', 'reasons', 'accept'],
];

/** @throws INVALID_INPUT naming the field of alert.yaml, or the missing file. */
export async function readAlertFolder(folder: string): Promise<AlertFolder> {
  const text = await readTextFile(join(folder, 'alert.yaml'));
  const document = record(parseYaml(text), 'alert.yaml');
  only(document, 'alert.yaml', [...HEAD_FIELDS, ...ASSESSMENT_FIELDS]);
  const artifacts = await readArtifacts(folder, document, 'artifacts');
  if (artifacts.length === 0) throw invalid('artifacts', 'a list of at least one', artifacts);
  const late = await readArtifacts(folder, document, 'late');
  const reduced = artifacts.filter(standsIn).map(({ file }) => file);
  checkReduced('artifacts', artifacts, reduced);
  checkReduced('late', late, reduced);
  const reducedFirst = (artifact: FolderArtifact) => (artifact.variant === 'reduced' ? 0 : 1);
  return {
    title: string(document['title'], 'title'),
    mode: oneOf(ALERT_MODES, document['mode'] ?? 'live', 'mode'),
    disclosureAt: time(document['disclosureAt'], 'disclosureAt'),
    tlp: oneOf(TLP_LABELS, document['tlp'], 'tlp'),
    usePermissions: permissions(document['usePermissions']),
    assessment: assessmentOf(document),
    happened: happenedIn(record(document['events'] ?? {}, 'events')),
    answers: {
      reasons: textsOf(document['reasons'], 'reasons'),
      accept: acceptIn(document['accept'] ?? {}),
    },
    artifacts: artifacts.toSorted((a, b) => reducedFirst(a) - reducedFirst(b)),
    late,
  };
}

async function readArtifacts(
  folder: string,
  document: Readonly<Record<string, unknown>>,
  field: string,
): Promise<FolderArtifact[]> {
  const listed = document[field] ?? [];
  if (!Array.isArray(listed)) throw invalid(field, 'a list', listed);
  const artifacts: FolderArtifact[] = [];
  for (const [index, entry] of (listed as unknown[]).entries()) {
    const at = `${field}[${index}]`;
    artifacts.push(await readArtifact(folder, at, record(entry, at)));
  }
  return artifacts;
}

/** A slip in a name would leave the artifact without the variant that stands in for it. */
function checkReduced(
  field: string,
  artifacts: readonly FolderArtifact[],
  reduced: readonly string[],
): void {
  for (const [index, { reducedBy, variant }] of artifacts.entries()) {
    if (reducedBy === null) continue;
    if (variant === 'full' && reduced.includes(reducedBy)) continue;
    const expected =
      variant === 'full'
        ? `the file of a reduced summary (${reduced.join(', ') || 'there is none'})`
        : 'none for a reduced variant';
    throw invalid(`${field}[${index}].reducedBy`, expected, reducedBy);
  }
}

const ARTIFACT_FIELDS = [
  'file',
  'kind',
  'variant',
  'format',
  'marking',
  'name',
  'reducedBy',
  'source',
];

async function readArtifact(
  folder: string,
  at: string,
  entry: Readonly<Record<string, unknown>>,
): Promise<FolderArtifact> {
  only(entry, at, ARTIFACT_FIELDS);
  const file = string(entry['file'], `${at}.file`);
  if (basename(file) !== file) throw invalid(`${at}.file`, 'a file of this folder', file);
  const source = entry['source'] === undefined ? null : record(entry['source'], `${at}.source`);
  return {
    file,
    kind: oneOf(ARTIFACT_KINDS, entry['kind'], `${at}.kind`),
    variant: oneOf(VARIANTS, entry['variant'] ?? 'full', `${at}.variant`),
    format: oneOf(FORMATS, entry['format'], `${at}.format`),
    marking: oneOf(MARKINGS, entry['marking'] ?? 'full', `${at}.marking`),
    name: string(entry['name'] ?? file, `${at}.name`),
    reducedBy:
      entry['reducedBy'] === undefined ? null : string(entry['reducedBy'], `${at}.reducedBy`),
    sourcePublishedAt: source ? time(source['publishedAt'], `${at}.source.publishedAt`) : null,
    origin:
      source?.['origin'] === undefined ? null : string(source['origin'], `${at}.source.origin`),
    content: await readLocalFile(join(folder, file)),
    sidecar: await readTextIfThere(join(folder, `${file}.alternates.yaml`)),
  };
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const line = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new TocsinError('INVALID_INPUT', `alert.yaml: expected YAML: ${line}`, { cause });
  }
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, 'a mapping', value);
  }
  return value as Record<string, unknown>;
}

function only(
  value: Readonly<Record<string, unknown>>,
  at: string,
  known: readonly string[],
): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalid(`${at}.${unknown}`, `one of ${known.join(', ')}`, 'unknown');
}

function string(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(field, 'a text', value);
  return value;
}

function time(value: unknown, field: string): Instant {
  return parseInstant(value instanceof Date ? value.toISOString() : value, field);
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, field: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}`, value);
  return found;
}

function acceptIn(value: unknown): Record<string, string> {
  const given = Object.entries(record(value, 'accept'));
  return Object.fromEntries(given.map(([code, why]) => [code, string(why, `accept.${code}`)]));
}

function permissions(value: unknown): UsePermission[] {
  if (!Array.isArray(value)) throw invalid('usePermissions', 'a list', value);
  return (value as unknown[]).map((item, index) =>
    oneOf(USE_PERMISSIONS, item, `usePermissions[${index}]`),
  );
}
