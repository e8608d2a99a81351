import { section, table } from './output.ts';
import { fields, list, nullable, object, real, type Told, text } from './shape.ts';

const row = object({
  rows: list(real),
  name: text,
  result: text,
  problems: list(object({ column: text, message: text })),
  before: nullable(fields),
  after: nullable(fields),
  contacts: list(object({ address: text, fingerprint: nullable(text) })),
});
type Row = Told<typeof row>;

/** Rows of an import, as a report or a proposal has them. */
export const importRows = list(row);

/** The report row by row, and how many of each kind. */
export function importText(rows: readonly Row[]): string {
  const counts = ['admit', 'change', 'same', 'refused'].map(
    (word) => `${word} ${rows.filter(({ result }) => result === word).length}`,
  );
  const lines = rows.map(({ rows: [first = 0, ...more], name, result, contacts, ...rest }) => [
    more.length === 0 ? `${first}` : `${first} +${more.length}`,
    name,
    result,
    `${contacts.length}`,
    detailOf(rest),
  ]);
  const all = table(['row', 'name', 'result', 'contacts', ''], lines);
  return `${all}${section('In all', `${counts.join(', ')}\n`)}`;
}

function detailOf({ problems, before, after }: Pick<Row, 'problems' | 'before' | 'after'>): string {
  if (problems.length > 0) {
    return problems.map(({ column, message }) => `column ${column}: ${message}`).join('; ');
  }
  return before === null || after === null ? '' : changesOf(before, after).join('; ');
}

type Facts = Readonly<Record<string, unknown>>;

/** Every fact as it would be; one that changes, with what it was. */
export function rowsOf(before: Facts | null, after: Facts): [string, string][] {
  const flat = flattened(after);
  const was = before === null ? flat : flattened(before);
  const names = [...new Set([...was.keys(), ...flat.keys()])].sort();
  return names.map((name) => {
    const [from, to] = [was.get(name) ?? '–', flat.get(name) ?? '–'];
    return [name, from === to ? to : `${from} → ${to}`];
  });
}

/** The facts that change, each with what it was. */
export function changesOf(before: Facts, after: Facts): string[] {
  return rowsOf(before, after)
    .filter(([, text]) => text.includes(' → '))
    .map(([name, text]) => `${name} ${text}`);
}

function flattened(value: Facts, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, one] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    const nested = typeof one === 'object' && one !== null && !Array.isArray(one);
    if (nested) for (const [deep, text] of flattened({ ...one }, `${path}.`)) flat.set(deep, text);
    else flat.set(path, typeof one === 'string' ? one : JSON.stringify(one));
  }
  return flat;
}
