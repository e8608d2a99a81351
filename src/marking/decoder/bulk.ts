import { invalid } from '../../domain/errors.ts';
import { type Portfolio, screeningScores } from './portfolio.ts';
import { CLASS_COUNT } from './statistic.ts';

/**
 * Slots counted by one table. For any split of 1 024 slots into six classes, six counters wide
 * enough for their classes take 50 bits at most, so together they fit a double's 53 exactly.
 */
const SEGMENT_SLOTS = 1024;

/** Rows whose counters are held at a time: 256 KiB, whatever the number of recipients. */
const BLOCK_ROWS = 4096;

/** The packed counters are taken apart as two integers; the lower has at most this many bits. */
const MAX_LOW_BITS = 31;

/** A codeword that passed the screen, with its number of ones in each class. */
export type Hit = { readonly row: number; readonly ones: readonly number[] };

/**
 * Screens bit-packed codewords by the hundred thousand. `columns[i]` is the class of slot i of a
 * row, null where it was not read. The class counts serve every hypothesis, so the codewords are
 * gone through once for the whole portfolio, a byte at a time through tables of packed counts: all
 * integers.
 */
export type Scanner = {
  /** 32-bit words per row: slot i of a row is bit i mod 32 of its word ⌊i/32⌋. */
  readonly rowWords: number;
  /**
   * The rows that any member's screening score lets through. Callers stream: memory does not depend
   * on the number of rows. @throws INVALID_INPUT when `codewords` is not a whole number of rows.
   */
  readonly scan: (codewords: Uint32Array) => Hit[];
};

/** Prepares a scan for copies whose p-value is about e^lnLevel or less. */
export function createScanner(
  columns: readonly (number | null)[],
  portfolio: Portfolio,
  lnLevel: number,
): Scanner {
  const rowWords = Math.max(1, Math.ceil(columns.length / 32));
  const segments = segmentsOf(columns);
  const screen = screenOf(portfolio, lnLevel);
  return {
    rowWords,
    scan: (codewords) => {
      if (codewords.length % rowWords !== 0) {
        throw invalid('codewords', `a multiple of ${rowWords} words`, codewords.length);
      }
      return scanRows(codewords, rowWords, segments, screen);
    },
  };
}

/** Where a class's counter lies: in which of the two integers, and there from bit `shift` on. */
type Field = { readonly high: boolean; readonly shift: number; readonly mask: number };

/** Packed counts are low + high · 2^lowBits. */
type Layout = { readonly lowBits: number; readonly fields: readonly Field[] };

type Segment = {
  readonly firstWord: number;
  readonly words: number;
  /** Per byte of the segment, per value of the byte: its packed counts. */
  readonly table: Float64Array;
  readonly layout: Layout;
};

function segmentsOf(columns: readonly (number | null)[]): Segment[] {
  const segments: Segment[] = [];
  for (let first = 0; first < columns.length; first += SEGMENT_SLOTS) {
    const own = columns.slice(first, first + SEGMENT_SLOTS);
    const layout = layOut(own);
    const words = Math.ceil(own.length / 32);
    segments.push({ firstWord: first / 32, words, table: tableOf(own, words, layout), layout });
  }
  return segments;
}

function layOut(columns: readonly (number | null)[]): Layout {
  let low = 0;
  let high = 0;
  const fields = Array.from({ length: CLASS_COUNT }, (_, g): Field => {
    const size = columns.filter((column) => column === g).length;
    const width = 32 - Math.clz32(size);
    const mask = 2 ** width - 1;
    if (low + width <= MAX_LOW_BITS) {
      low += width;
      return { high: false, shift: low - width, mask };
    }
    high += width;
    return { high: true, shift: high - width, mask };
  });
  return { lowBits: low, fields };
}

function tableOf(columns: readonly (number | null)[], words: number, layout: Layout): Float64Array {
  const table = new Float64Array(words * 4 * 256);
  for (let byte = 0; byte < words * 4; byte++) {
    for (let value = 1; value < 256; value++) {
      // Known for the value without its lowest bit; that bit adds one to its column's counter.
      const rest = table[byte * 256 + (value & (value - 1))] ?? 0;
      const column = columns[byte * 8 + 31 - Math.clz32(value & -value)];
      table[byte * 256 + value] = rest + unitOf(layout, column);
    }
  }
  return table;
}

/** What a one in a slot of class `column` adds to the packed counts. */
function unitOf({ lowBits, fields }: Layout, column: number | null | undefined): number {
  const field = column === null || column === undefined ? undefined : fields[column];
  return field === undefined ? 0 : 2 ** (field.shift + (field.high ? lowBits : 0));
}

/**
 * The members' statistics laid out for the inner loop: per member base, threshold and six gains.
 */
type Screen = {
  readonly members: number;
  readonly bases: Float64Array;
  readonly thresholds: Float64Array;
  readonly gains: Float64Array;
};

function screenOf(portfolio: Portfolio, lnLevel: number): Screen {
  const statistics = portfolio.members.map(({ statistic }) => statistic);
  return {
    members: statistics.length,
    bases: Float64Array.from(statistics, ({ base }) => base),
    thresholds: Float64Array.from(screeningScores(portfolio, lnLevel)),
    gains: Float64Array.from(statistics.flatMap(({ gains }) => gains)),
  };
}

function scanRows(
  codewords: Uint32Array,
  rowWords: number,
  segments: readonly Segment[],
  screen: Screen,
): Hit[] {
  const rows = codewords.length / rowWords;
  const packed = new Float64Array(BLOCK_ROWS);
  const ones = new Int32Array(BLOCK_ROWS * CLASS_COUNT);
  const hits: Hit[] = [];
  for (let first = 0; first < rows; first += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows - first);
    ones.fill(0);
    for (const segment of segments) {
      packCounts(codewords, first * rowWords + segment.firstWord, rowWords, segment, packed, count);
      unpackCounts(packed, count, segment.layout, ones);
    }
    for (const row of passing(ones, count, screen)) {
      const own = ones.subarray(row * CLASS_COUNT, (row + 1) * CLASS_COUNT);
      hits.push({ row: first + row, ones: Array.from(own) });
    }
  }
  return hits;
}

/** The hot loop: four table look-ups and additions per word, in four chains that need not wait. */
function packCounts(
  codewords: Uint32Array,
  start: number,
  stride: number,
  { words, table }: Segment,
  packed: Float64Array,
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    const at = start + row * stride;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < words; i++) {
      const word = codewords[at + i] ?? 0;
      const entry = i << 10;
      a += table[entry | (word & 255)] ?? 0;
      b += table[entry | 256 | ((word >>> 8) & 255)] ?? 0;
      c += table[entry | 512 | ((word >>> 16) & 255)] ?? 0;
      d += table[entry | 768 | (word >>> 24)] ?? 0;
    }
    packed[row] = a + b + (c + d);
  }
}

function unpackCounts(
  packed: Float64Array,
  count: number,
  { lowBits, fields }: Layout,
  ones: Int32Array,
): void {
  const base = 2 ** lowBits;
  for (let row = 0; row < count; row++) {
    const value = packed[row] ?? 0;
    const high = Math.floor(value / base);
    const low = value - high * base;
    for (let g = 0; g < CLASS_COUNT; g++) {
      const field = fields[g];
      if (field === undefined) continue;
      const at = row * CLASS_COUNT + g;
      ones[at] = (ones[at] ?? 0) + (((field.high ? high : low) >>> field.shift) & field.mask);
    }
  }
}

/**
 * The rows of a block that some member lets through. The six classes are written out: this runs
 * hot.
 */
function passing(ones: Int32Array, count: number, screen: Screen): number[] {
  const { members, bases, thresholds, gains } = screen;
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const at = row * CLASS_COUNT;
    const [k0, k1, k2] = [ones[at] ?? 0, ones[at + 1] ?? 0, ones[at + 2] ?? 0];
    const [k3, k4, k5] = [ones[at + 3] ?? 0, ones[at + 4] ?? 0, ones[at + 5] ?? 0];
    for (let h = 0; h < members; h++) {
      const g = h * CLASS_COUNT;
      const low = (gains[g] ?? 0) * k0 + (gains[g + 1] ?? 0) * k1;
      const middle = (gains[g + 2] ?? 0) * k2 + (gains[g + 3] ?? 0) * k3;
      const high = (gains[g + 4] ?? 0) * k4 + (gains[g + 5] ?? 0) * k5;
      if ((bases[h] ?? 0) + low + middle + high < (thresholds[h] ?? 0)) continue;
      rows.push(row);
      break;
    }
  }
  return rows;
}
