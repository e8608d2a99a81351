import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv, facts, section, table } from './output.ts';

test('columns are aligned, numbers to the right, and no line ends in spaces', () => {
  const shown = table(
    ['name', 'slots', ''],
    [
      ['a', 7, 'x'],
      ['longer', 12, ''],
    ],
  );
  assert.equal(shown, 'name    slots\na           7  x\nlonger     12\n');
  assert.equal(table(['name'], []), '(none)\n');
});

test('nothing from outside can move the cursor or reverse what is read', () => {
  const hostile = '\u001b[2Jname\u202e\r\nsecond line';
  for (const shown of [table(['name'], [[hostile]]), facts([['name', hostile]])]) {
    const [first = '', ...more] = shown.trimEnd().split('\n').slice(-1);
    assert.deepEqual(more, []);
    assert.ok(!/\p{C}/u.test(first), JSON.stringify(first));
  }
  assert.equal(table(['name'], [['line\nline']]).split('\n').length, 3);
});

test('csv quotes what needs it, and no cell is computed by a spreadsheet', () => {
  const rows = [
    ['plain', 'a,b', 'say "x"', 'two\nlines', 3],
    ['=1+1', '+1', '-1', '@x', -1],
  ];
  assert.equal(
    csv(rows),
    'plain,"a,b","say ""x""","two\nlines",3\r\n' + "'=1+1,'+1,'-1,'@x,-1\r\n",
  );
});

test('a section sets in its lines and leaves empty ones empty', () => {
  assert.equal(section('Head', 'a\n\nb\n'), '\nHead\n  a\n\n  b\n');
});
