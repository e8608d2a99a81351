import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import type { AlertId, ArtifactId, ParticipantId, SightingId } from '../../domain/ids.ts';
import { importDocument } from '../../formats/import-document.ts';
import type { EvidenceScore } from '../../marking/decoder/result.ts';
import { buildApp } from '../app.ts';
import { nothingToServe } from '../openapi.ts';
import { ImportedText, presentImported } from './imported.ts';
import { type ToldReport, TraceReportText } from './trace.ts';

const TESTDATA = join(import.meta.dirname, '../../../testdata');

/** The value as a client gets it, through the schema that strips what is not declared. */
async function sent(schema: TSchema, value: unknown): Promise<unknown> {
  const app = buildApp(nothingToServe(), (one) => {
    const options = { config: { audience: ['public'] }, schema: { response: { 200: schema } } };
    one.get('/x', options as object, async () => value);
  });
  return (await app.inject({ method: 'GET', url: '/x' })).json();
}

const ID = '3f2b8c1e-0000-4000-8000-000000000001';
const HASH = 'a'.repeat(64);
const SCORE = {
  p: 3.5e-12,
  log10P: -11.46,
  corrected: 3.5e-6,
  identified: true,
  hypothesis: 'single',
  agreeing: 118,
  disagreeing: 2,
};

const AT = '2025-07-09T17:00:00.000Z';
const TAIL = { p: 1e-12, log10P: -12 };
const EVIDENCE: Omit<EvidenceScore, 'participant'> = {
  corrected: 2e-7,
  by: 'accumulated',
  sample: { p: 1e-12, log10P: -12 },
  pooled: { p: 1e-11, log10P: -11 },
  lnE: 24.5,
  alerts: [{ alert: ID, lnE: 11.5, agreeing: 60, disagreeing: 12 }],
};

/**
 * Every field of a report, every list with something in it: the compiler says when one is added.
 */
const REPORT: ToldReport = {
  v: 3,
  sighting: ID as SightingId,
  sample: HASH,
  find: {
    ...{ kind: 'member_product', place: 'a product', foundAt: AT },
    ...{ shipped: 'yes', member: ID as ParticipantId },
  },
  scoredAt: AT,
  alerts: [
    {
      alert: ID as AlertId,
      reading: HASH,
      readAt: AT,
      marks: { key: HASH, tables: HASH, at: AT, tick: 7 },
      coverage: [{ artifact: ID, version: 1, share: 0.75 }],
      result: {
        v: 1,
        alpha: 1e-6,
        look: 1,
        cap: 2000,
        tested: 300,
        slotsTotal: 240,
        slotsRead: 120,
        slotsErased: 4,
        byFamily: [{ family: 'prose.word', slots: 40, read: 20, erased: false }],
        knownWord: 'master',
        mixed: false,
        stages: [
          {
            scope: 'participant',
            slots: 80,
            tested: 120,
            hypotheses: [{ name: 'single', weight: 0.5, selected: false }],
          },
        ],
        participants: [{ participant: ID, ...SCORE }],
        readers: [{ participant: ID, reader: ID, ...SCORE }],
        identified: [{ participant: ID, readers: [ID] }],
        needed: 14,
        sensitivity: [
          {
            participant: ID,
            reader: null,
            all: TAIL,
            withoutFamily: { name: 'prose.word', ...TAIL },
            withoutArtifact: { name: ID, ...TAIL },
            half: TAIL,
          },
        ],
        canaries: [
          {
            key: { artifact: ID as ArtifactId, slot: 's1' },
            family: 'canary.guid',
            participant: ID,
            reader: null,
            bits: 64,
            strings: 3,
            corrected: 1e-12,
          },
        ],
        untested: ['other_normal_forms'],
      },
    },
  ],
  evidence: {
    v: 1,
    alpha: 1e-6,
    look: 3,
    cap: 2000,
    budgetLeft: 0.2,
    readings: 3,
    list: HASH,
    alerts: 2,
    frozen: 1,
    stages: [{ scope: 'reader', slots: 90, tested: 7 }],
    participants: [{ participant: ID, ...EVIDENCE }],
    readers: [{ participant: ID, reader: ID, ...EVIDENCE }],
  },
  copies: [
    {
      ...{ alert: ID as AlertId, participant: ID as ParticipantId, readers: [ID] },
      ...{ copyIdentified: 'alone', useAtThatTime: 'permitted' },
      artifacts: [
        {
          ...{ artifact: ID as ArtifactId, kind: 'detection_rule', share: 0.9 },
          ...{ use: 'permitted', because: 'IN_FORCE' },
        },
      ],
    },
  ],
  ...{ leftOut: [ID as AlertId], unsearched: [ID as AlertId] },
  status: {
    ...{ report: HASH, state: 'released', tracedBy: ID, tracedAt: AT },
    released: { by: ID, at: AT },
    replies: [{ reply: ID, participant: ID, text: 'It was not us.', recordedBy: ID, at: AT }],
  },
};

test('a trace report reaches the investigator whole', async () => {
  assert.deepEqual(await sent(TraceReportText, REPORT), REPORT);
});

test('an imported document reaches its author whole', async () => {
  for (const folder of ['cisa-csaf', 'toolshell/cve-json5']) {
    const files = (await readdir(join(TESTDATA, folder))).filter((file) => file.endsWith('.json'));
    assert.ok(files.length > 0);
    for (const file of files.slice(0, 4)) {
      const document = await importDocument(await readFile(join(TESTDATA, folder, file)));
      const told = presentImported(document);
      assert.deepEqual(await sent(ImportedText, told), JSON.parse(JSON.stringify(told)), file);
    }
  }
});
