import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readAlertFolder } from '../../src/cli/alert-folder.ts';
import { open as openAge } from '../../src/crypto/age/open.ts';
import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { unpackCopy } from '../../src/formats/copy.ts';
import { addArtifact, draftAlert } from '../../src/programme/alert/draft-alert.ts';
import { serveCopy } from '../../src/programme/release/serve-copy.ts';
import { approve, EXAMPLE, type House, type TestReader } from './house.ts';

/** Real texts with alternates, no two of which have a passage in common. */
export const SURVIVE = join(import.meta.dirname, '../../testdata/survive');

export type Text = { readonly alert: AlertId; readonly artifact: ArtifactId };

/** An approved alert of these texts, each an advisory marked in prose. */
export async function alertOfTexts(house: House, files: readonly string[]): Promise<Text[]> {
  const { context, author, programme, clock } = house;
  const { artifacts, ...input } = await readAlertFolder(EXAMPLE);
  const like = artifacts.find(({ file }) => file === 'guidance.md') ?? assert.fail();
  const { alert } = await draftAlert(context, author, programme, input, clock.now());
  const texts: Text[] = [];
  for (const file of files) {
    const made = {
      ...like,
      kind: 'advisory',
      reducedBy: null,
      name: basename(file),
      content: await readFile(file),
      sidecar: await readFile(`${file}.alternates.yaml`, 'utf8'),
    } as const;
    const { artifact } = await addArtifact(context, author, alert, null, made, clock.now());
    texts.push({ alert, artifact });
  }
  await approve(house, alert);
  return texts;
}

/** A reader's copy of a text, fetched and opened. */
export async function fetchText(house: House, reader: TestReader, text: Text): Promise<string> {
  const { bytes } = await serveCopy(house.context, reader.caller, text, house.clock.now());
  return unpackCopy(openAge([reader.identity], bytes)).content.toString();
}
