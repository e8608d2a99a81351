import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AlertFolder,
  type FolderArtifact,
  readAlertFolder,
} from '../../src/cli/alert-folder.ts';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { Lead } from '../../src/domain/schedule.ts';

const ROOT = join(import.meta.dirname, '../..');
export const EXAMPLE = join(ROOT, 'examples/sharepoint-2025-07');
const PUBLIC = join(ROOT, 'testdata/toolshell');

export const example = (): Promise<AlertFolder> => readAlertFolder(EXAMPLE);

/** The second alert: opened when it was exploited, with what others published afterwards. */
export const SECOND = join(ROOT, 'examples/sharepoint-2025-07-19');
export const second = (): Promise<AlertFolder> => readAlertFolder(SECOND);

/** A public rule or record, as it was published. */
export function publicFile(path: string): string {
  return readFileSync(join(PUBLIC, path), 'utf8');
}

/** The public rules of 20 to 24 July 2025, by path. */
export function publicRules(): { readonly path: string; readonly text: string }[] {
  return ['sigma', 'yara', 'suricata'].flatMap((folder) =>
    readdirSync(join(PUBLIC, folder)).map((file) => {
      const path = join(PUBLIC, folder, file);
      return { path, text: readFileSync(path, 'utf8') };
    }),
  );
}

export function cveRecord(id: string): Buffer {
  return readFileSync(join(PUBLIC, 'cve-json5', `${id}.json`));
}

/** Every file of the example, by name, as text. */
export function exampleFiles(): { readonly name: string; readonly text: string }[] {
  return readdirSync(EXAMPLE)
    .filter((name) => statSync(join(EXAMPLE, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(EXAMPLE, name), 'utf8') }));
}

/**
 * The artifacts taken over verbatim whose source was published only after their own first release:
 * an alert with one of them would claim to have known what nobody had written yet.
 */
export function lateSources(
  artifacts: readonly Pick<FolderArtifact, 'file' | 'sourcePublishedAt'>[],
  released: Instant,
): string[] {
  return artifacts
    .filter(({ sourcePublishedAt }) => sourcePublishedAt !== null && sourcePublishedAt > released)
    .map(({ file }) => file);
}

/** When the first wave of an alert in calendar time opens. */
export function firstWave(disclosureAt: Instant, leads: Readonly<Record<string, Lead>>): Instant {
  const longest = Math.max(
    ...Object.values(leads).map((lead) => {
      if (lead.unit !== 'calendar') throw new Error('the example is planned in calendar time');
      return lead.ms;
    }),
  );
  return plus(disclosureAt, -longest);
}

/** What would give a taken-over rule away: its ids, names, hashes, long strings and long lines. */
export function tracesOf(rule: string): string[] {
  const ids = rule.match(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b|\b[0-9a-f]{64}\b/g) ?? [];
  const names = [...rule.matchAll(/^(?:rule|title:) (.+?)(?: \{)?$/gm)].flatMap(
    (match) => match[1] ?? [],
  );
  const strings = [...rule.matchAll(/"([^"\n]{12,})"|'([^'\n]{12,})'/g)].flatMap(
    (match) => match[1] ?? match[2] ?? [],
  );
  const lines = rule.split('\n').map((line) => line.trim());
  return [...ids, ...names, ...strings, ...lines.filter((line) => line.length >= 40)];
}
