/** The largest number in 32 bits. */
const MAX = 3.4028234663852886e38;

/** Returns whether a text is a finite decimal number that 32 bits can hold. */
export function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Math.abs(Number(text)) <= MAX;
}
