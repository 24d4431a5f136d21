/** The numbers that JSON lacks, as records and messages have them. */
const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A replacer for `JSON.stringify` that writes NaN and infinite numbers as text instead of null. */
export function withNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Whether a value is a number as `withNonFinite` writes it. */
export function isWrittenNumber(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value in NON_FINITE);
}

/** Returns the numbers in an object that was written with `withNonFinite`. What is no number is left out. */
export function readNumbers(written: Readonly<Record<string, unknown>>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(written)) {
    const number = typeof value === 'string' ? NON_FINITE[value] : value;
    if (typeof number === 'number') numbers[name] = number;
  }
  return numbers;
}

/** Quotes NaN and infinite numbers in JSON, which lacks them, and in which Python writes them nevertheless. */
export function quoteNonFinite(json: string): string {
  return json.replaceAll(/"(?:\\.|[^"\\])*"|-?Infinity|NaN/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
}
