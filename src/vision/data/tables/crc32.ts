/** The reflected polynomial of CRC-32. Bit 31 of a number is the coefficient of x⁰, bit 0 that of x³¹. */
const POLYNOMIAL = 0xedb88320;
const ONE = 1 << 31;
const X_TO_8 = 1 << 23;

/**
 * The CRC-32 of two pieces one after the other, from that of each and the length in bytes of the second, so that nothing
 * has to be read twice. (What zlib calls `crc32_combine`.)
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  // What stands before the second piece counts as multiplied by x⁸ for each of its bytes.
  let shift = ONE;
  let power = X_TO_8;
  for (let left = secondLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(shift, power);
    power = multiply(power, power);
  }
  return (multiply(first, shift) ^ second) >>> 0;
}

/** The product of two polynomials over GF(2), modulo CRC-32's. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
  }
  return product;
}
