import { addressOf, type Contact } from '../../domain/contact.ts';
import { CONSENT_MODES, DUTY_PROVENANCES, type DutyFacts, ROLES } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { type Instant, parseInstant } from '../../domain/instant.ts';
import { type CsvRow, csvRows } from './csv-rows.ts';
import { type ListedFacts, type ListedMember, MAX_ROWS, type RowProblem } from './listed.ts';

/** Columns that a list may have, in any order; only `name` it must. */
const COLUMNS = [
  'name',
  'addresses',
  'tier',
  'consent',
  'agreement_from',
  'agreement_until',
  'duty',
  'duty_provenance',
  'duty_until',
  'roles',
  'products',
] as const;
type Column = (typeof COLUMNS)[number];

const CRITERION = 'criterion:';
/** What a spreadsheet would take for a formula, here or wherever the name is exported to. */
const FORMULA = /^[=+\-@\t\r]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;
const MAX_CELL = 2_000;

/**
 * Members of a CSV file with a header row. What is wrong with a row is told with it; a file whose
 * header is not understood is refused as a whole.
 * @throws INVALID_INPUT naming the line, and the column of the header.
 */
export function membersOfCsv(text: string): ListedMember[] {
  const [header, ...rows] = csvRows(text, MAX_ROWS + 1);
  if (header === undefined) throw invalid('file', 'a header row', 'nothing');
  const columns = header.cells.map((cell) => cell.trim().toLowerCase());
  checkHeader(columns, header.line);
  return rows.map((row) => memberOf(columns, row));
}

function checkHeader(columns: readonly string[], line: number): void {
  for (const [i, column] of columns.entries()) {
    const known = COLUMNS.some((each) => each === column) || column.startsWith(CRITERION);
    const where = `line ${line}, column ${i + 1}`;
    if (!known) {
      throw invalid(where, `one of ${COLUMNS.join(', ')}, ${CRITERION}NAME`, column);
    }
    if (columns.indexOf(column) !== i) throw invalid(where, 'each column once', column);
  }
  if (!columns.includes('name')) throw invalid(`line ${line}`, 'a column name', columns.join(','));
}

function memberOf(columns: readonly string[], { line, cells }: CsvRow): ListedMember {
  const problems: RowProblem[] = [];
  const read = <T>(column: string, parse: (cell: string) => T): T | undefined => {
    const cell = cells[columns.indexOf(column)]?.trim() ?? '';
    if (cell === '') return undefined;
    try {
      return parse(checkedCell(column, cell));
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      problems.push({ column, message: error.message });
      return undefined;
    }
  };
  if (cells.length !== columns.length) {
    const column = columns[cells.length] ?? `${columns.length + 1}`;
    const expected = `${columns.length} cells, as the header has`;
    problems.push({ column, message: `row: expected ${expected}, found ${cells.length}` });
  }
  const name = read('name', parseName);
  if (name === undefined) addMissing(problems, 'name', 'one');
  const contacts = read('addresses', parseAddresses) ?? [];
  const facts = factsOf(columns, read, problems);
  return { rows: [line], name: name ?? '', contacts, facts, problems };
}

function checkedCell(column: string, cell: string): string {
  if (FORMULA.test(cell)) throw invalid(column, 'a value, not a formula', cell);
  if (CONTROL.test(cell)) throw invalid(column, 'text without control characters', cell);
  if (cell.length > MAX_CELL) throw invalid(column, `at most ${MAX_CELL} characters`, cell);
  return cell;
}

type ReadCell = <T>(
  column: Column | `criterion:${string}`,
  parse: (cell: string) => T,
) => T | undefined;

function factsOf(columns: readonly string[], read: ReadCell, problems: RowProblem[]): ListedFacts {
  const tier = read('tier', (cell) => cell);
  const consentMode = read('consent', oneOf('consent', CONSENT_MODES));
  const agreement = agreementOf(read, problems);
  const duty = dutyOf(read, problems);
  const roles = read('roles', (cell) => words(cell).map(oneOf('roles', ROLES)));
  const products = read('products', words);
  const criteria: Record<string, Instant> = {};
  for (const column of columns) {
    if (!column.startsWith(CRITERION)) continue;
    const until = read(column as `criterion:${string}`, dayOf(column));
    if (until !== undefined) criteria[column.slice(CRITERION.length)] = until;
  }
  return {
    ...(tier === undefined ? {} : { tier }),
    ...(consentMode === undefined ? {} : { consentMode }),
    ...(agreement === undefined ? {} : { agreement }),
    ...(duty === undefined ? {} : { duty }),
    ...(roles === undefined ? {} : { roles }),
    ...(products === undefined ? {} : { products }),
    criteria,
  };
}

function agreementOf(read: ReadCell, problems: RowProblem[]): ListedFacts['agreement'] {
  const signedAt = read('agreement_from', dayOf('agreement_from'));
  const expiresAt = read('agreement_until', dayOf('agreement_until'));
  if (signedAt === undefined && expiresAt === undefined) return undefined;
  if (signedAt === undefined || expiresAt === undefined) {
    const column = signedAt === undefined ? 'agreement_from' : 'agreement_until';
    addMissing(problems, column, 'one beside the other');
    return undefined;
  }
  if (signedAt < expiresAt) return { signedAt, expiresAt };
  const message = 'agreement_until: expected an instant after agreement_from, found an earlier one';
  problems.push({ column: 'agreement_until', message });
  return undefined;
}

/** That there is none must be somebody's word, and for a time; duties that there are need a law. */
function dutyOf(read: ReadCell, problems: RowProblem[]): DutyFacts | undefined {
  const duty = read('duty', oneOf('duty', ['none', 'unknown']));
  const provenance = read('duty_provenance', oneOf('duty_provenance', DUTY_PROVENANCES));
  const expiresAt = read('duty_until', dayOf('duty_until'));
  if (duty !== 'none') return undefined;
  if (provenance !== undefined && expiresAt !== undefined) {
    return { status: 'stated', duties: [], provenance, expiresAt };
  }
  const column = provenance === undefined ? 'duty_provenance' : 'duty_until';
  addMissing(problems, column, 'one where duty is none');
  return undefined;
}

/** A cell that was refused is not missing besides. */
function addMissing(problems: RowProblem[], column: Column, expected: string): void {
  if (problems.some((problem) => problem.column === column)) return;
  problems.push({ column, message: `${column}: expected ${expected}, found none` });
}

function parseName(cell: string): string {
  const fits = cell.length <= 200 && /\p{L}/u.test(cell) && !cell.includes('@');
  if (fits) return cell;
  throw invalid('name', 'the name of an organisation, up to 200 characters', cell);
}

function parseAddresses(cell: string): Contact[] {
  const found = words(cell).map((word) => {
    const address = addressOf(word);
    if (address === null) throw invalid('addresses', 'addresses between semicolons', word);
    return address;
  });
  return [...new Set(found)].map((address) => ({ address, fingerprint: null }));
}

function words(cell: string): string[] {
  return cell
    .split(';')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function oneOf<const W extends string>(column: string, known: readonly W[]): (cell: string) => W {
  return (cell) => {
    const found = known.find((word) => word === cell);
    if (found === undefined) throw invalid(column, `one of ${known.join(', ')}`, cell);
    return found;
  };
}

/** A day stands for its first moment in UTC. */
function dayOf(column: string): (cell: string) => Instant {
  return (cell) =>
    parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(cell) ? `${cell}T00:00:00Z` : cell, column);
}
