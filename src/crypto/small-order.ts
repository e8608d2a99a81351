/** Low 255 bits of the encodings of u-coordinates of small order on Curve25519 (RFC 7748 §6.1). */
const MONTGOMERY = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  // p - 1, and the unreduced forms of 0 and 1: p and p + 1
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Low 255 bits (the y-coordinate) of the encodings of points of small order on Edwards25519. */
const EDWARDS = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/**
 * Whether a 32-byte X25519 public key has small order: the shared secret with it is always zero.
 */
export function isSmallOrderMontgomery(publicKey: Uint8Array): boolean {
  return MONTGOMERY.has(low255(publicKey));
}

/** Whether a 32-byte Ed25519 public key has small order: signatures under it bind to no message. */
export function isSmallOrderEdwards(publicKey: Uint8Array): boolean {
  return EDWARDS.has(low255(publicKey));
}

/**
 * Hex without the top bit, which X25519 ignores (RFC 7748 §5) and Ed25519 uses as the sign of x.
 */
function low255(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  bytes.writeUInt8(bytes.readUInt8(31) & 0x7f, 31);
  return bytes.toString('hex');
}
