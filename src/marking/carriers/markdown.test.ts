import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiesOf } from '../../../tests/support/copies.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import { tablesIn } from '../../formats/markdown/tables.ts';
import { readSample } from '../extract/read-sample.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';

const ARTIFACT = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;

const ALERT = '7c9e6679-7425-40de-944b-e07fc1f90ae7' as AlertId;

function freeze(text: string, sidecar = '') {
  return freezeSlots({
    artifact: ARTIFACT,
    version: 1,
    format: 'markdown',
    text,
    sidecar: parseSidecar(sidecar),
    earlier: [],
  });
}

function others(text: string, sidecar?: string): string[] {
  return freeze(text, sidecar).table.slots.map((slot) => (slot.kind === 'bit' ? slot.other : ''));
}

const COLUMNS = 'columns: [{ first: Product, second: "Corrected in" }]';

const TABLE = `Affected are these products, and no other of the same maker.

| Product | Corrected in | CVE |
|:---|---:|---|
| Relay \\| Gateway | 4.2.1 | CVE-2025-0001 |
| \`Portal\` 2019 |  | CVE-2025-0002 |

Each of them is to be updated, whatever it is used for.
`;

test('two columns change places in every row, with their alignment', () => {
  const [other] = others(TABLE, COLUMNS);
  assert.equal(
    other,
    `Corrected in | Product | CVE |
|---:|:---|---|
| 4.2.1 | Relay \\| Gateway | CVE-2025-0001 |
|  | \`Portal\` 2019`,
  );
});

test('columns without outer bars, with bars in code and spaces at line ends are understood', () => {
  const text = 'A | B  \n--|--\n`x\\|y` | 2\n';
  assert.deepEqual(others(text, 'columns: [{ first: A, second: B }]'), [
    'B | A  \n--|--\n2 | `x\\|y`',
  ]);
});

test('columns that do not stand beside each other in one table are refused, by name', () => {
  for (const text of [
    TABLE.replace('Corrected in', 'Mended in'),
    TABLE.replaceAll('|', '/'),
    TABLE + TABLE,
    TABLE.replace('| 4.2.1 |', '|'),
    `\`\`\`\n${TABLE}\`\`\`\n`,
    TABLE.replace('|:---', 'so:\n|:---'),
  ]) {
    assert.throws(
      () => freeze(text, COLUMNS),
      (error) => error instanceof TocsinError && error.field === 'columns[0]',
      text,
    );
  }
  const twice = 'columns: [{ first: A, second: B }, { first: B, second: C }]';
  assert.throws(() => freeze('| A | B | C |\n|---|---|---|\n| 1 | 2 | 3 |\n', twice), /overlap/);
});

test('rows and paragraphs change places as the sidecar has their order', () => {
  const rows =
    '| Relay \\\\| Gateway | 4.2.1 | CVE-2025-0001 |", second: "| `Portal` 2019 |  | CVE';
  const [other] = others(TABLE, `orders: [{ first: "${rows}-2025-0002 |" }]`);
  assert.match(other ?? '', /^\| `Portal`.*\n\| Relay/);
});

const DEFINED = `See the [advisory][a], the [Record][b] and [the update].

[a]: https://vendor.example/a1
[B]: <https://records.example/CVE-2025-0001> "The record"
[the update]: https://vendor.example/u 'v 4.2.1'
`;

test('link definitions on neighbouring lines change places', () => {
  assert.deepEqual(others(DEFINED), [
    '[B]: <https://records.example/CVE-2025-0001> "The record"\n[a]: https://vendor.example/a1',
  ]);
});

test('what only looks like definitions, or whose order counts or shows, stays', () => {
  const two = '[a]: https://a.example\n[b]: https://b.example\n';
  assert.equal(others(`Text.\n\n${two}`).length, 1);
  for (const text of [
    `A paragraph goes on\n${two}`,
    `\`\`\`\n\n${two}\n\`\`\`\n`,
    `Text.\n\n${two.replaceAll('[', '    [')}`,
    `Text.\n\n${two}"a title"\n`,
    `Text.\n\n${two}    "a title"\n`,
    `<pre>\n\n${two}\n</pre>\n`,
    `Text.\n\n${two.replace('[b]', '[A]')}`,
    `Text.\n\n${two.replace('[a]', '[1]').replace('[b]', '[2]')}`,
    `Text.\n\n${two.replace('[a]', '[^a]').replace('[b]', '[^b]')}`,
    `Text.\n\n${two.replace('\n', '\n\n')}`,
  ]) {
    assert.deepEqual(others(text), [], text);
  }
});

test('an order is read from a rendered table; of definitions rendering leaves nothing', () => {
  const text = `${TABLE}\n${DEFINED}`;
  const { table } = freeze(text, COLUMNS);
  assert.equal(table.slots.length, 2);
  const [turned = ''] = copiesOf(text, table);
  const read = (sample: string) => {
    const versions = [{ table, text }];
    const { slots } = readSample({ alert: ALERT, sample: Buffer.from(sample), versions });
    return Object.fromEntries(slots.map(({ family, value }) => [family, value]));
  };
  const rendered = (copy: string) =>
    copy
      .replace(/^\[.*\]: .*$/gm, '')
      .replace(/^\|[-:| ]+\|$/gm, '')
      .replace(/[|`[\]\\]/g, '\t');
  const [columns, definitions] = ['markdown.column-order', 'markdown.definition-order'];
  assert.deepEqual(read(text), { [columns]: 0, [definitions]: 0 });
  assert.deepEqual(read(turned), { [columns]: 1, [definitions]: 1 });
  assert.deepEqual(read(rendered(turned)), { [columns]: 1, [definitions]: null });
});

test('tables end with an empty line, and a row of another length makes none', () => {
  assert.equal(tablesIn(TABLE)[0]?.rows.length, 4);
  assert.deepEqual(tablesIn('a | b\n'), []);
  assert.deepEqual(tablesIn('| a |\n|---|\n| b |\n'), []);
  assert.deepEqual(tablesIn('| a | b |\n|---|---|\n| c |\n'), []);
});
