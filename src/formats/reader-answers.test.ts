import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../domain/errors.ts';
import {
  parseGrowth,
  parseInboxAlert,
  parseInboxPage,
  parseInvitationPage,
  parseJoined,
  parseNoticePage,
} from './reader-answers.ts';

const ID = '6f0c2a9e-54d8-4f6a-9c1b-2f6d1f3a7b10';
const ARTIFACT = {
  id: ID,
  kind: 'advisory',
  variant: 'full',
  format: 'csaf',
  name: 'advisory.json',
  version: 1,
  revises: null,
  assurance: 'sealed',
  use: [
    {
      permission: 'read',
      inForce: true,
      from: '2025-06-24T17:00:00Z',
      until: '2025-07-08T17:00:00Z',
      audience: 'self',
    },
  ],
};
const ALERT = {
  id: ID,
  title: 'A title',
  drill: false,
  tlp: 'AMBER+STRICT',
  usePermissions: ['read'],
  use: { terms: [{ code: 'no_marketing', text: 'None.' }], safeToSay: 'We were told.' },
  obligations: [
    {
      code: 'acknowledge',
      dueAt: '2025-06-26T17:00:00Z',
      withinMs: null,
      doneAt: '2025-06-25T17:00:00Z',
      state: 'done',
    },
    { code: 'leak_report', dueAt: null, withinMs: 86_400_000, doneAt: null, state: 'binding' },
  ],
  disclosureAt: '2025-07-08T17:00:00Z',
  artifacts: [ARTIFACT],
};

test('an answer is read; what a newer server adds is passed over', () => {
  const newer = { ...ALERT, more: 1, artifacts: [{ ...ARTIFACT, kind: 'new_kind', size: 7 }] };
  assert.deepEqual(parseInboxPage({ items: [ALERT], next: null }), { items: [ALERT], next: null });
  assert.deepEqual(parseInboxAlert(newer), {
    ...ALERT,
    artifacts: [{ ...ARTIFACT, kind: 'new_kind' }],
  });
});

test('where the pack says nothing of use, or a permission has no end, that is read as such', () => {
  const [period] = ARTIFACT.use;
  const use = [{ ...period, until: null }];
  for (const change of [
    { use: null },
    { use: { terms: [], safeToSay: null } },
    { artifacts: [{ ...ARTIFACT, use: null }] },
    { artifacts: [{ ...ARTIFACT, use }] },
  ]) {
    assert.deepEqual(parseInboxAlert({ ...ALERT, ...change }), { ...ALERT, ...change });
  }
});

test('a notice without id, kind or date is refused', () => {
  const good = { id: ID, kind: 'something_new', at: '2025-07-08T17:00:00Z' };
  const page = (item: object) => parseNoticePage({ items: [item], next: null });
  assert.deepEqual(page({ ...good, alert: ID }).items, [good]);
  for (const change of [{ id: 'x' }, { kind: 'a b' }, { at: null }]) {
    assert.throws(() => page({ ...good, ...change }), { code: 'INVALID_INPUT' });
  }
});

test('an invitation without its terms, its deadline or a date in them is refused', () => {
  const until = '2025-07-08T17:00:00Z';
  const good = { id: ID, terms: { until }, deadline: until };
  const page = (item: object) => parseInvitationPage({ items: [item], next: null });
  assert.deepEqual(page({ ...good, alert: ID }).items, [{ id: ID, until, deadline: until }]);
  const wrong = [{ id: 'x' }, { terms: {} }, { terms: { until: 'soon' } }, { deadline: null }];
  for (const change of wrong) {
    assert.throws(() => page({ ...good, ...change }), { code: 'INVALID_INPUT' });
  }
});

test('a member that is missing or of another kind is refused, wherever it is', () => {
  const wrong = (value: object): object[] =>
    Object.keys(value).flatMap((name) => [
      { ...value, [name]: undefined },
      { ...value, [name]: { other: 'kind' } },
      ...(['use', 'until', 'revises'].includes(name) ? [] : [{ ...value, [name]: null }]),
    ]);
  const of = (artifact: object) => ({ ...ALERT, artifacts: [artifact] });
  const [period] = ARTIFACT.use;
  const alerts = [
    ...wrong(ALERT),
    ...wrong(ARTIFACT).map(of),
    ...wrong({ ...period }).map((use) => of({ ...ARTIFACT, use: [use] })),
    ...wrong({ terms: [] }).map((use) => ({ ...ALERT, use: { safeToSay: null, ...use } })),
    { ...ALERT, use: { terms: [{ code: 'x' }], safeToSay: null } },
    { ...ALERT, use: { terms: [] } },
  ];
  for (const alert of alerts) {
    assert.throws(() => parseInboxAlert(alert), { code: 'INVALID_INPUT' }, JSON.stringify(alert));
    assert.throws(() => parseInboxPage({ items: [alert], next: null }), { code: 'INVALID_INPUT' });
  }
  for (const page of [{ items: [] }, { items: [], next: '' }, { items: [], next: 'a b' }, {}]) {
    assert.throws(() => parseInboxPage(page), { code: 'INVALID_INPUT' });
  }
});

test('whatever is sent, the answer is a value or INVALID_INPUT', () => {
  const parsers = [
    parseJoined,
    parseInboxPage,
    parseInboxAlert,
    parseInvitationPage,
    parseNoticePage,
    parseGrowth,
  ];
  const property = fc.property(fc.jsonValue(), fc.constantFrom(...parsers), (value, parse) => {
    try {
      parse(value);
    } catch (error) {
      assert.ok(error instanceof TocsinError && error.code === 'INVALID_INPUT');
    }
  });
  fc.assert(property);
});
