import { TocsinError } from '../../domain/errors.ts';

/** BIP 173's character set: the value of a character is its place. */
const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const CHECKSUM_CHARS = 6;
/** BIP 173's generator polynomial. */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Bech32 (BIP 173, without its length limit) of `bytes` under a lower-case human-readable part. */
export function bech32Encode(hrp: string, bytes: Uint8Array): string {
  const data = regroup(bytes, 8, 5);
  if (data.rest > 0) data.groups.push((data.carry << (5 - data.rest)) & 31);
  const sum = polymod([...expand(hrp), ...data.groups, 0, 0, 0, 0, 0, 0]) ^ 1;
  const checksum = Array.from({ length: CHECKSUM_CHARS }, (_, i) => (sum >>> (5 * (5 - i))) & 31);
  const text = [...data.groups, ...checksum].map((value) => CHARSET.charAt(value)).join('');
  return `${hrp}1${text}`;
}

/**
 * Human-readable part (lower case) and bytes of a Bech32 string.
 * @param what names the string in error texts; its content never appears there
 * @throws KEY_INVALID on mixed case, a foreign character, a wrong checksum or non-zero padding.
 */
export function bech32Decode(text: string, what: string): { hrp: string; bytes: Buffer } {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) throw bad(what, 'one case', 'mixed case');
  const separator = lower.lastIndexOf('1');
  const hrp = lower.slice(0, Math.max(separator, 0));
  if (!/^[\x21-\x7e]+$/.test(hrp)) throw bad(what, 'a prefix, "1" and data', 'none');
  const values = [...lower.slice(separator + 1)].map((char) => CHARSET.indexOf(char));
  if (values.includes(-1)) throw bad(what, 'Bech32 characters', 'another character');
  if (values.length < CHECKSUM_CHARS || polymod([...expand(hrp), ...values]) !== 1) {
    throw bad(what, 'a valid checksum', 'another (mistyped or cut?)');
  }
  const data = regroup(values.slice(0, -CHECKSUM_CHARS), 5, 8);
  if (data.rest >= 5 || data.carry !== 0) throw bad(what, 'whole bytes', 'left-over bits');
  return { hrp, bytes: Buffer.from(data.groups) };
}

/**
 * Regroups a big-endian stream of `from`-bit values into `to`-bit ones; `carry` holds the `rest`
 * bits left.
 */
function regroup(values: Iterable<number>, from: number, to: number) {
  const groups: number[] = [];
  let carry = 0;
  let rest = 0;
  for (const value of values) {
    carry = (carry << from) | value;
    rest += from;
    while (rest >= to) {
      rest -= to;
      groups.push(carry >>> rest);
      carry &= (1 << rest) - 1;
    }
  }
  return { groups, carry, rest };
}

function expand(hrp: string): number[] {
  const codes = [...hrp].map((char) => char.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) {
      if ((top >>> bit) & 1) sum ^= generator;
    }
  }
  return sum;
}

function bad(what: string, expected: string, found: string): TocsinError {
  return new TocsinError('KEY_INVALID', `${what}: expected ${expected}, found ${found}`);
}
