import { choice, MAX_DEPTH, MAX_SIZE, type Match, plain, repeated, sequence } from './match.ts';

/**
 * Bytes that a hexadecimal string of YARA's matches — first alternatives, shortest jumps, 0 for
 * wild nibbles — and what trying it may cost; null when it is larger than `MAX_SIZE`. `source` is
 * the string with its braces.
 */
export function matchForHex(source: string): Match | null {
  const digits = source
    .slice(1, -1)
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, '');
  const open: Match[][][] = [[[]]];
  for (const [token] of digits.matchAll(TOKEN)) {
    if (token === '(') open.push([[]]);
    else if (token === '|') open.at(-1)?.push([]);
    else if (token !== ')') open.at(-1)?.at(-1)?.push(piece(token));
    else if (open.length > 1)
      open
        .at(-2)
        ?.at(-1)
        ?.push(choice((open.pop() ?? []).map(sequence)));
    if (open.length > MAX_DEPTH) return null;
  }
  const match = choice((open[0] ?? []).map(sequence));
  return match.size > MAX_SIZE ? null : match;
}

const TOKEN = /[()|]|\[[^\]]*\]|~?[0-9a-fA-F?]{2}/g;

const JUMP = /^\[(\d*)(-(\d*))?\]$/;

function piece(token: string): Match {
  const jump = JUMP.exec(token);
  if (jump === null) return plain(byte(token));
  const [, least = '', range, most] = jump;
  const fewest = Number(least || '0');
  return repeated(plain('\0'), fewest, range === undefined ? fewest : most ? Number(most) : null);
}

/** `~0?` and `~00` are anything but a 0 there. */
function byte(token: string): string {
  const digits = token.startsWith('~') ? (token[1] === '0' ? '11' : '00') : token;
  return String.fromCharCode(Number.parseInt(digits.replaceAll('?', '0'), 16));
}
