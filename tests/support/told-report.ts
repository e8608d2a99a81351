import { Names } from '../../src/cli/names.ts';
import type { TraceAnswer } from '../../src/cli/trace-answers.ts';

const HOSTILE = '<script>alert(1)</script> & "Sons" \'Ltd\'';

const score = {
  ...{ p: 1e-20, log10P: -20, corrected: 2.4e-12, hypothesis: 'single copy' },
  ...{ agreeing: 100, disagreeing: 3 },
};

/** A report with one of everything, of a participant with a hostile name. */
export const REPORT: TraceAnswer = {
  sighting: 'sighting-id',
  sample: 'a'.repeat(64),
  find: {
    ...{ kind: 'public_site', place: 'a forum', foundAt: '2025-07-09T10:00:00Z' },
    ...{ shipped: 'no', member: null },
  },
  scoredAt: '2025-07-10T10:00:00Z',
  alerts: [
    {
      alert: 'alert-1',
      reading: 'b'.repeat(64),
      readAt: '2025-07-10T09:00:00Z',
      coverage: [{ artifact: 'artifact-1', version: 1, share: 0.62 }],
      result: {
        ...{ alpha: 1e-6, look: 2, cap: 2_000, tested: 300 },
        ...{ slotsTotal: 240, slotsRead: 150, slotsErased: 0 },
        byFamily: [{ family: 'prose.word', slots: 240, read: 150, erased: false }],
        ...{ knownWord: null, mixed: false },
        stages: [{ scope: 'participant', slots: 100, tested: 120 }],
        participants: [{ participant: 'p', ...score }],
        readers: [{ participant: 'p', reader: 'r', ...score, corrected: 3e-9 }],
        identified: [{ participant: 'p', readers: ['r'] }],
        sensitivity: [
          {
            ...{ participant: 'p', reader: null, all: { p: 1e-20, log10P: -20 } },
            withoutFamily: { name: 'prose.word', p: 1e-3, log10P: -3 },
            ...{ withoutArtifact: null, half: { p: 1e-9, log10P: -9 } },
          },
        ],
        ...{ needed: null, canaries: [], untested: ['sets_of_four_or_more'] },
      },
    },
  ],
  evidence: {
    ...{ alpha: 1e-6, look: 2, cap: 2_000, budgetLeft: 0.39, readings: 3, alerts: 2 },
    frozen: 1,
    list: 'c'.repeat(64),
    stages: [{ scope: 'participant', slots: 180, tested: 120 }],
    participants: [
      {
        ...{ participant: 'p', corrected: 1e-14, by: 'pooled', lnE: 40.2 },
        ...{ sample: { p: 1e-20, log10P: -20 }, pooled: { p: 1e-25, log10P: -25 } },
        alerts: [{ alert: 'alert-1', lnE: 40.2, agreeing: 100, disagreeing: 3 }],
      },
    ],
    readers: [],
  },
  copies: [
    {
      ...{ alert: 'alert-1', participant: 'p', readers: ['r'], copyIdentified: 'alone' },
      useAtThatTime: 'not_permitted',
      artifacts: [
        {
          ...{ artifact: 'artifact-1', kind: 'advisory', share: 0.62 },
          ...{ use: 'not_permitted', because: 'NOT_IN_FORCE' },
        },
      ],
    },
  ],
  ...{ leftOut: ['alert-8'], unsearched: ['alert-9'] },
  status: {
    ...{ report: 'd'.repeat(64), state: 'draft', tracedBy: 'i', tracedAt: '2025-07-10T10:00:00Z' },
    ...{ released: null, replies: [] },
  },
};

export const NAMES = new Names();
NAMES.add('p', HOSTILE);
NAMES.add('r', 'Workstation 7');
NAMES.add('alert-1', 'Deserialisation in a server');
NAMES.add('artifact-1', 'advisory.md');
