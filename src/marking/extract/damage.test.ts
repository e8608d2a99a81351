import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { markKey } from '../../../tests/support/leak.ts';
import { type RealText, realText } from '../../../tests/support/real-texts.ts';
import * as reformat from '../../../tests/support/reformat.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { countReads, survivingCopy, survivorOf } from '../../../tests/support/survival.ts';
import * as change from '../../../tests/support/transformations.ts';
import { scan } from '../../../tests/support/typing.ts';
import type { Format } from '../../domain/artifact.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';
import { readOpened } from './read-sample.ts';
import { openSample } from './sample.ts';

const RUNS = 6;

/** Shares of slots read, and of these read wrongly, of some copies of a text after a change. */
function outcome(text: RealText, transformation: change.Transformation) {
  const survivor = survivorOf(text, []);
  let [slots, read, wrong] = [0, 0, 0];
  for (let run = 1; run <= RUNS; run++) {
    const random = seeded(run);
    const copy = survivingCopy(survivor, markKey(random), 'firm', 'desk');
    const sample = Buffer.from(transformation(copy.text, random));
    const counted = countReads(readOpened(openSample(sample), survivor.prepared), copy);
    slots += counted.slots;
    read += counted.read;
    wrong += counted.wrong;
  }
  return { read: read / slots, wrong: wrong / Math.max(1, read) };
}

/** A real advisory, one full of set phrases, a specification, and rules. */
const TEXTS = ['mv500', 'tropos', 'witness', 'yara-servers', 'sigma'].map(realText);
const [ADVISORY, PHRASES, SPECIFICATION, YARA, SIGMA] = TEXTS;
assert.ok(ADVISORY && PHRASES && SPECIFICATION && YARA && SIGMA);

const DAMAGES: readonly {
  readonly name: string;
  readonly text: RealText;
  readonly transformation: change.Transformation;
  readonly read: number;
  readonly wrong: number;
}[] = [
  ...TEXTS.map((text) => ({
    ...{ name: `${text.name}, printed and scanned`, text, transformation: scan },
    ...{ read: 0.9, wrong: 0.005 },
  })),
  ...TEXTS.map((text) => ({
    ...{ name: `${text.name}, a third of the words substituted`, text },
    ...{ transformation: change.substitute, read: 0.6, wrong: 0.005 },
  })),
  ...[ADVISORY, PHRASES, SPECIFICATION].map((text) => ({
    ...{ name: `${text.name}, its sections in another order`, text },
    ...{ transformation: change.shuffleSections, read: 0.95, wrong: 0.003 },
  })),
  ...[ADVISORY, SPECIFICATION].map((text) => ({
    ...{ name: `${text.name}, its sentences in another order`, text },
    ...{ transformation: change.shuffleSentences, read: 0.6, wrong: 0.02 },
  })),
  ...[ADVISORY, PHRASES, SPECIFICATION].map((text) => ({
    ...{ name: `${text.name}, three sentences of ten lost`, text },
    ...{ transformation: change.loseSentences, read: 0.6, wrong: 0.005 },
  })),
];

for (const { name, text, transformation, read, wrong } of DAMAGES) {
  test(`read through, hardly anything of it wrongly: ${name}`, () => {
    const found = outcome(text, transformation);
    assert.ok(found.read >= read, `${found.read} read`);
    assert.ok(found.wrong <= wrong, `${found.wrong} wrong`);
  });
}

const TESTDATA = join(import.meta.dirname, '../../../testdata');
const ARTIFACT = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7cff' as ArtifactId;

function frozenFile(format: Format, path: string): RealText {
  const text = readFileSync(join(TESTDATA, path), 'utf8');
  // Scripts are marked for a test command alone; freezing does not run it.
  const sidecar = format === 'script' ? parseSidecar('test: [python3, script.py]') : null;
  const input = { artifact: ARTIFACT, version: 1, format, text, sidecar, earlier: [] };
  return { name: path, versions: [{ table: freezeSlots(input).table, text }] };
}

const REFORMATTED: readonly [Format, string, change.Transformation][] = [
  ['yara', 'rules/yara/expl_log4j_cve_2021_44228.yar', reformat.reformatYara],
  ['yara', 'rules/yara/expl_proxyshell.yar', reformat.reformatYara],
  ['yara', 'toolshell/yara/expl_sharepoint_jul25.yar', reformat.reformatYara],
  [
    'sigma',
    'rules/sigma/proc_creation_lnx_sap_netweaver_susp_child_process.yml',
    reformat.reformatSigma,
  ],
  [
    'sigma',
    'rules/sigma/image_load_exploit_cve_2024_35250_privilege_escalation.yml',
    reformat.reformatSigma,
  ],
  ['suricata', 'toolshell/suricata/toolshell-own.rules', reformat.reformatSuricata],
  ['script', 'scripts/frames.py', reformat.reformatPython],
  ['script', 'scripts/listener.py', reformat.reformatPython],
  ['script', 'scripts/probe.py', reformat.reformatPython],
];

for (const [format, path, transformation] of REFORMATTED) {
  test(`written by a formatter, its comments gone, it has every slot: ${path}`, () => {
    const text = frozenFile(format, path);
    assert.ok((text.versions[0]?.table.slots.length ?? 0) > 1);
    assert.deepEqual(outcome(text, transformation), { read: 1, wrong: 0 });
  });
}
