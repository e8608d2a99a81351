import { TocsinError } from '../../domain/errors.ts';

/** Text of a list: UTF-8, perhaps with a byte order mark. @throws INVALID_INPUT with the line. */
export function listText(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw notText(`line ${lineAt(bytes, nul)}: expected text, found a NUL byte`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = lineAt(bytes, firstBroken(bytes));
    throw notText(`line ${line}: expected UTF-8, found bytes of another encoding`);
  }
}

function notText(message: string): TocsinError {
  return new TocsinError('INVALID_INPUT', message, { field: 'file' });
}

function lineAt(bytes: Uint8Array, end: number): number {
  let line = 1;
  for (let i = 0; i < end; i++) if (bytes[i] === 0x0a) line += 1;
  return line;
}

/** Where the first line begins that does not decode. No character crosses a line feed. */
function firstBroken(bytes: Uint8Array): number {
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return start;
    }
    start = end + 1;
  }
  return start;
}
