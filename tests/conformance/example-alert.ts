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
  disclosureAt: Instant,
  leads: Readonly<Record<string, Lead>>,
): string[] {
  const longest = Math.max(
    ...Object.values(leads).map((lead) => {
      if (lead.unit !== 'calendar') throw new Error('the example is planned in calendar time');
      return lead.ms;
    }),
  );
  const released = plus(disclosureAt, -longest);
  return artifacts
    .filter(({ sourcePublishedAt }) => sourcePublishedAt !== null && sourcePublishedAt > released)
    .map(({ file }) => file);
}
