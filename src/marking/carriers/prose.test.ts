import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TocsinError } from '../../domain/errors.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';

const TEXT = `# Notice

The fault allows code on Example Server 2019 (CVE-2031-1234, see https://example.org/a/b).
It allows nothing else. Run \`update --all\` first.

\`\`\`
allows everything
\`\`\`

1. first step
2. second step

- one thing
- another thing

Token 3f2b8c1e-5a77-4c60-9d10-0c4e6a1b2d3f, again 3f2b8c1e-5a77-4c60-9d10-0c4e6a1b2d3f.
`;

function freeze(sidecar: string, text = TEXT) {
  return freezeSlots({
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'markdown',
    text,
    sidecar: parseSidecar(sidecar),
    earlier: [],
  }).table;
}

/** Every entry that must be refused, and the field the message has to name. */
function refused(sidecar: string, field: string): void {
  assert.throws(
    () => freeze(sidecar),
    (error) =>
      error instanceof TocsinError && error.code === 'INVALID_INPUT' && error.field === field,
    sidecar,
  );
}

function alternate(text: string, other: string, more = ''): string {
  const pair = `text: ${JSON.stringify(text)}, other: ${JSON.stringify(other)}`;
  return `alternates: [{ ${pair}, family: phrase ${more}}]`;
}

test('an alternate stands where its text stands, in bytes', () => {
  const table = freeze(alternate('nothing else', 'no more'), `É ${TEXT}`);
  const [slot] = table.slots;
  assert.ok(slot?.kind === 'bit');
  assert.equal(slot.family, 'prose.phrase');
  const bytes = Buffer.from(`É ${TEXT}`);
  assert.equal(bytes.toString('utf8', slot.start, slot.end), 'nothing else');
});

test('an occurrence is counted in whole words', () => {
  const text = 'it allows; he disallows; she allows';
  const [slot] = freeze(alternate('allows', 'permits', ', occurrence: 2'), text).slots;
  assert.equal(slot?.start, text.lastIndexOf('allows'));
});

test('a text that is absent or ambiguous is refused', () => {
  refused(alternate('not there', 'x'), 'alternates[0].text');
  refused(alternate('allows', 'permits'), 'alternates[0].text');
  refused(alternate('allows', 'permits', ', occurrence: 4'), 'alternates[0].text');
  refused(alternate('llow', 'x'), 'alternates[0].text');
});

test('ids, numbers, names, addresses and code are out of reach', () => {
  refused(alternate('CVE-2031-1234', 'CVE-2031-1235'), 'alternates[0].other');
  refused(alternate('on Example Server 2019', 'on Example Server'), 'alternates[0].other');
  refused(alternate('on Example Server 2019', 'on the server 2019'), 'alternates[0].other');
  refused(alternate('see https://example.org/a/b', 'see there'), 'alternates[0].other');
  refused(alternate('2031', '2032'), 'alternates[0].text');
  refused(alternate('example', 'sample'), 'alternates[0].text');
  refused(alternate('update', 'refresh'), 'alternates[0].text');
  refused(alternate('allows', 'permits', ', occurrence: 3'), 'alternates[0].text');
  const moved = alternate('Run `update --all` first', 'First run `update --all`');
  assert.equal(freeze(moved).slots.length, 1);
});

test('two texts that read the same, or run into their neighbours, are refused', () => {
  refused(alternate('nothing else', 'Nothing, else'), 'alternates[0]');
  const glued = 'a (b)c';
  assert.throws(() => freeze(alternate('(b)', 'b'), glued), TocsinError);
});

test('overlapping entries are refused, naming the later one', () => {
  refused(
    `alternates:
      - { text: allows nothing, other: gives no, family: phrase }
      - { text: nothing else, other: no more, family: phrase }`,
    'alternates[1]',
  );
  refused(
    `alternates: [{ text: another, other: a further, family: word }]
orders: [{ first: "- one thing", second: "- another thing" }]`,
    'alternates[0]',
  );
});

test('neighbours of a list may change places, numbered ones may not', () => {
  const [slot] = freeze('orders: [{ first: "- one thing", second: "- another thing" }]').slots;
  assert.ok(slot?.kind === 'bit');
  assert.equal(slot.other, '- another thing\n- one thing');
  refused('orders: [{ first: "1. first step", second: "2. second step" }]', 'orders[0]');
  refused('orders: [{ first: "- another thing", second: "- one thing" }]', 'orders[0].second');
  refused('orders: [{ first: "- one thing", second: "# Notice" }]', 'orders[0].second');
  refused('orders: [{ first: "- none", second: "- one thing" }]', 'orders[0].first');
});

test('a canary has one value wherever it stands, and a form that leaves 64 bits', () => {
  const guid = '3f2b8c1e-5a77-4c60-9d10-0c4e6a1b2d3f';
  const { slots } = freeze(`canaries: [{ text: ${guid}, form: guid }]`);
  assert.equal(slots.length, 2);
  assert.deepEqual(slots[0]?.key, slots[1]?.key);
  refused(`canaries: [{ text: ${guid}, form: hex }]`, 'canaries[0].text');
  refused('canaries: [{ text: "0123456789abcde", form: hex }]', 'canaries[0].text');
  refused('canaries: [{ text: "0123456789abcdef", form: hex }]', 'canaries[0].text');
  refused(`canaries: [{ text: ${guid.replace('4c60', '1c60')}, form: guid }]`, 'canaries[0].text');
});

test('entries that no carrier of the format reads are refused, not lost', () => {
  for (const [format, sidecar, field] of [
    ['script', alternate('a', 'b'), 'alternates'],
    ['yara', alternate('a', 'b'), 'alternates'],
    ['csaf', 'canaries: [{ text: "0123456789abcdef", form: hex }]', 'canaries'],
  ] as const) {
    assert.throws(
      () =>
        freezeSlots({
          artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
          version: 1,
          format,
          text: 'a',
          sidecar: parseSidecar(sidecar),
          earlier: [],
        }),
      (error) => error instanceof TocsinError && error.field === field,
    );
  }
});
