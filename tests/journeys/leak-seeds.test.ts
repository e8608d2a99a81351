import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAlertFolder } from '../../src/cli/alert-folder.ts';
import { READER_CAP } from '../../src/cli/demo/cast.ts';
import { LEAKED_KINDS } from '../../src/cli/demo/leaks.ts';
import { passOn } from '../../src/cli/demo/transform.ts';
import type { ArtifactKind } from '../../src/domain/artifact.ts';
import { parseId } from '../../src/domain/ids.ts';
import { type Seeded, seeded } from '../../src/domain/seeded.ts';
import { compileCode, type MarkKey, markBits } from '../../src/marking/code.ts';
import { scoreReading } from '../../src/marking/decoder/score.ts';
import { readSample } from '../../src/marking/extract/read-sample.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { parseSidecar } from '../../src/marking/sidecar.ts';
import type { SlotTable } from '../../src/marking/slot-table.ts';
import { compileTable, splice } from '../../src/marking/splice.ts';
import { counts } from '../counts.ts';
import { markKey } from '../support/leak.ts';

const ALERT = parseId<'alert'>('00000000-0000-4000-8000-0000000000aa', 'alert');

type Version = { readonly kind: ArtifactKind; readonly table: SlotTable; readonly text: string };
const versions = await freezeExample();

/** The example alert as its author froze it: everything but the keys and the readers. */
async function freezeExample(): Promise<Version[]> {
  const folder = join(import.meta.dirname, '../../examples/sharepoint-2025-07');
  const frozen: Version[] = [];
  for (const { kind, format, content, sidecar } of (await readAlertFolder(folder)).artifacts) {
    const { table } = freezeSlots({
      artifact: parseId<'artifact'>(`00000000-0000-4000-8000-00000000000${frozen.length}`, 'id'),
      version: 1,
      format,
      text: content.toString(),
      sidecar: sidecar === null ? null : parseSidecar(sidecar),
      earlier: frozen,
    });
    frozen.push({ kind, table, text: content.toString() });
  }
  return frozen;
}

/** 120 participants with two or three readers each: 300 in all. */
const participants = Array.from({ length: 120 }, (_, firm) => ({
  participant: `firm-${firm}`,
  readers: Array.from({ length: 2 + (firm % 2) }, (_item, desk) => `desk-${desk}`),
}));

test(`a leak is traced to its copy and to no other, seeds 1 to ${counts.leakSeeds}`, () => {
  let named = 0;
  for (let seed = 1; seed <= counts.leakSeeds; seed++) {
    const { truth, identified } = leakAndTrace(seeded(seed));
    assert.deepEqual(
      identified.filter((name) => name !== truth),
      [],
      `seed ${seed} names somebody else`,
    );
    if (identified.includes(truth)) named += 1;
  }
  assert.ok(named >= 0.99 * counts.leakSeeds, `${named} of ${counts.leakSeeds} traced`);
});

/** One leak as the demonstration has it, under a mark key of its own. */
function leakAndTrace(random: Seeded): { truth: string; identified: string[] } {
  const key = markKey(random);
  const firm = participants[random.below(participants.length)] ?? { participant: '', readers: [] };
  const reader = firm.readers[random.below(firm.readers.length)] ?? '';
  const texts = versions
    .filter(({ kind }) => LEAKED_KINDS.includes(kind))
    .map((version) => copyOf(version, key, firm.participant, reader));
  const sample = Buffer.from(passOn(texts, random));
  const { identified } = scoreReading({
    reading: readSample({ alert: ALERT, sample, versions }),
    key,
    participants,
    canaries: [],
    cap: READER_CAP,
    look: 1,
  });
  return {
    truth: `${firm.participant}/${reader}`,
    identified: identified.flatMap(({ participant, readers }) =>
      // A participant without a reader is an answer too, and not the whole one.
      readers.length === 0 ? [participant] : readers.map((name) => `${participant}/${name}`),
    ),
  };
}

function copyOf({ table, text }: Version, key: MarkKey, participant: string, reader: string) {
  const bits = markBits(compileCode(key, table.slots), participant, reader);
  return splice(compileTable(Buffer.from(text), table), bits, noCanary).toString();
}

function noCanary(): never {
  throw new Error('the leaked texts carry no canary');
}
