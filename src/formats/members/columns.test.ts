import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../../domain/errors.ts';
import { membersOfCsv } from './columns.ts';
import { csvRows } from './csv-rows.ts';
import { listText } from './list-text.ts';
import { MAX_ROWS } from './listed.ts';

const HEADER = 'name,addresses,tier,agreement_from,agreement_until';
const ROW = 'Harbour Analytics,soc@harbour.example,entry,2025-01-01,2027-01-01';
const read = (text: string) => membersOfCsv(text);
const problemsOf = (row: string, header = HEADER) =>
  (read(`${header}\n${row}\n`)[0]?.problems ?? []).map(({ column }) => column);

test('a row is read with the line that it stands on, whatever ends the lines', () => {
  for (const end of ['\n', '\r\n']) {
    const [, second] = read([HEADER, ROW, ROW.replace('Harbour', 'Quarry'), ''].join(end));
    assert.equal(second?.name, 'Quarry Analytics');
    assert.deepEqual(second.rows, [3]);
    assert.deepEqual(second.contacts, [{ address: 'soc@harbour.example', fingerprint: null }]);
    assert.equal(second.facts.agreement?.expiresAt, Date.UTC(2027, 0, 1));
    assert.deepEqual(second.problems, []);
  }
});

test('quotes, commas and line feeds inside a cell do not shift what follows', () => {
  const rows = read(`name,tier\n"A ""B"", C",entry\nPlain,ans\n`);
  assert.deepEqual(
    rows.map(({ name, facts, rows: lines }) => [name, facts.tier, lines[0]]),
    [
      ['A "B", C', 'entry', 2],
      ['Plain', 'ans', 3],
    ],
  );
  const broken = read('name,tier\n"Two\nlines",entry\nNext,ans\n');
  assert.deepEqual(
    broken[0]?.problems.map(({ column }) => column),
    ['name'],
  );
  assert.deepEqual(broken[1]?.rows, [4]);
});

test('a shifted column is named, with a cell too few, too many, or as many', () => {
  const cells = ROW.split(',');
  assert.ok(problemsOf(cells.slice(1).join(',')).includes('agreement_until'));
  assert.ok(problemsOf(['x', ...cells].join(',')).includes('6'));
  const shifted = problemsOf([...cells.slice(1), ''].join(','));
  assert.ok(shifted.includes('name') && shifted.includes('addresses'), `${shifted}`);
});

test('a formula is refused in whatever column it stands', () => {
  for (const start of ['=', '+', '-', '@']) {
    assert.deepEqual(problemsOf(`${start}cmd,,,,`), ['name']);
    assert.deepEqual(problemsOf(`Firm,,${start}1,,`), ['tier']);
  }
});

test('half an agreement, and a duty that nobody vouches for, are not taken for a whole one', () => {
  assert.deepEqual(problemsOf('Firm,,,2025-01-01,'), ['agreement_until']);
  assert.deepEqual(problemsOf('Firm,,,2027-01-01,2025-01-01'), ['agreement_until']);
  assert.deepEqual(problemsOf('Firm,,,2025-02-30,2027-01-01'), ['agreement_from']);
  const header = 'name,duty,duty_provenance,duty_until';
  assert.deepEqual(problemsOf('Firm,none,,2027-01-01', header), ['duty_provenance']);
  assert.deepEqual(problemsOf('Firm,none,attested,', header), ['duty_until']);
  assert.deepEqual(problemsOf('Firm,some,attested,2027-01-01', header), ['duty']);
  assert.equal(read(`${header}\nFirm,unknown,,\n`)[0]?.facts.duty, undefined);
});

test('a header with an unknown, a doubled or no name column is refused with its place', () => {
  const refused = (text: string) => {
    try {
      read(text);
    } catch (error) {
      if (error instanceof TocsinError) return error.message;
    }
    return assert.fail('expected it to be refused');
  };
  assert.match(refused('name;tier\nA;entry\n'), /^line 1, column 1: expected one of name/);
  assert.match(refused('name,gold\n'), /^line 1, column 2: /);
  assert.match(refused('name,tier,name\n'), /^line 1, column 3: expected each column once/);
  assert.match(refused('tier\nentry\n'), /^line 1: expected a column name/);
  assert.match(refused(''), /^file: expected a header row/);
  assert.match(refused('name\n"open\n'), /^line 2: .*never closed/);
  assert.match(refused('name\n"a"b\n'), /^line 2: .*after a closing quote/);
});

test('NUL bytes, Latin-1 and UTF-16 are told apart from text, with their line', () => {
  const bytes = (...parts: (string | Buffer)[]) => Buffer.concat(parts.map((p) => Buffer.from(p)));
  assert.throws(() => listText(bytes('name\nA', Buffer.of(0), '\n')), /^.*line 2: .*NUL byte/);
  assert.throws(() => listText(bytes('name\nB\nM', Buffer.of(0xfc), 'ller\n')), /line 3: .*UTF-8/);
  assert.throws(() => listText(Buffer.from('\ufeffname\n', 'utf16le')), /line 1: /);
  assert.equal(listText(bytes(Buffer.of(0xef, 0xbb, 0xbf), 'name\n')), 'name\n');
});

test('more rows than any list has are refused, not read to the end', () => {
  const rows = 'A\n'.repeat(MAX_ROWS + 2);
  assert.throws(() => read(`name\n${rows}`), { code: 'LIMIT_EXCEEDED' });
});

test('cells survive being written by the rules and read again', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'ü') });
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
      (all) => {
        const text = all
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        assert.deepEqual(
          csvRows(text, 100).map(({ cells }) => cells),
          all,
        );
      },
    ),
  );
});

test('whatever bytes there are, a list is read or refused as input, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        read(listText(bytes));
      } catch (error) {
        assert.ok(error instanceof TocsinError, String(error));
      }
    }),
  );
});
