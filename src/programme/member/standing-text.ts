import { encryptColumn } from '../../crypto/column.ts';
import { invalid } from '../../domain/errors.ts';
import type { Context } from '../context.ts';

const MAX_TEXT = 4_000;

/** Free text under the key of standings, bound to its row. @throws INVALID_INPUT */
export function encryptText(context: Context, field: string, row: string, text: string): Buffer {
  if (text.trim() === '' || text.length > MAX_TEXT) {
    throw invalid(field, `1 to ${MAX_TEXT} characters`, `${text.length}`);
  }
  return encryptColumn(context.keys.standings, row, Buffer.from(text));
}
