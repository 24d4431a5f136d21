/** The reflected polynomial of CRC-32: bit 31 is the coefficient of x⁰, bit 0 that of x³¹. */
const POLYNOMIAL = 0xedb88320;
const ONE = 1 << 31;
const X_TO_8 = 1 << 23;

/**
 * Returns the CRC-32 of the concatenation of two pieces from the CRC-32 of each and the length of the second in bytes, so
 * that nothing has to be read twice; as zlib's `crc32_combine`.
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  // Each byte of the second piece multiplies the checksum of the first by x⁸.
  let shift = ONE;
  let power = X_TO_8;
  for (let left = secondLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(shift, power);
    power = multiply(power, power);
  }
  return (multiply(first, shift) ^ second) >>> 0;
}

/** Returns the product of two polynomials over GF(2), modulo that of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
  }
  return product;
}
