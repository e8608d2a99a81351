import { invalid } from '../domain/errors.ts';
import { type Instant, parseInstant } from '../domain/instant.ts';
import { csvRows } from './members/csv-rows.ts';

/** What was really sent by another way: a row of the list. */
export type SentRow = {
  readonly line: number;
  /** Name or id of a participant. */
  readonly participant: string;
  /** Name or id of an artifact; null: all of the alert. */
  readonly artifact: string | null;
  readonly at: Instant;
};

const COLUMNS = ['participant', 'artifact', 'at'] as const;
const MAX_ROWS = 20_000;

/**
 * The CSV of what was sent, with a header of participant, artifact and at (RFC 3339), in any order.
 * @throws INVALID_INPUT naming line and column; LIMIT_EXCEEDED for more than 20 000 rows.
 */
export function sentRows(text: string): SentRow[] {
  const [header, ...rows] = csvRows(text, MAX_ROWS + 1);
  const columns = header?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const [participant, artifact, at] = COLUMNS.map((column) => columns.indexOf(column)) as [
    number,
    number,
    number,
  ];
  if (participant < 0 || at < 0 || columns.some((column) => !isKnown(column))) {
    throw invalid('header', `columns ${COLUMNS.join(', ')}`, columns.join(','));
  }
  return rows.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw invalid(`line ${line}`, `${columns.length} cells, as the header has`, cells.length);
    }
    const cell = (index: number) => cells[index]?.trim() ?? '';
    if (cell(participant) === '') throw invalid(`line ${line}`, 'a participant', 'none');
    return {
      line,
      participant: cell(participant),
      artifact: cell(artifact) === '' ? null : cell(artifact),
      at: parseInstant(cell(at), `line ${line}, at`),
    };
  });
}

function isKnown(column: string): boolean {
  return COLUMNS.some((known) => known === column);
}
