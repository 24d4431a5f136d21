const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** The patterns of amounts of memory and of durations: a number above 0 with its unit. */
export const MEMORY_PATTERN = patternOf(BYTES);
export const TIME_PATTERN = patternOf(SECONDS);

/** Converts `8GB` or `512MiB` to bytes. A number is in bytes already. */
export function bytesOf(written: number | string): number {
  return Math.round(amountOf(written, BYTES));
}

/** Converts `90s`, `30m` or `2h` to seconds. A number is in seconds already. */
export function secondsOf(written: number | string): number {
  return amountOf(written, SECONDS);
}

function patternOf(units: Readonly<Record<string, number>>): string {
  return `^\\s*(?!0+(\\.0+)?\\s*[a-zA-Z])[0-9]+(\\.[0-9]+)?\\s*(${Object.keys(units).join('|')})\\s*$`;
}

function amountOf(written: number | string, units: Readonly<Record<string, number>>): number {
  if (typeof written === 'number') return written;
  const [, amount, unit = ''] = /^\s*([0-9.]+)\s*(\S+)\s*$/.exec(written) ?? [];
  const factor = units[unit];
  if (factor === undefined) throw new Error(`${written} passed the schema and has no known unit`);
  return Number(amount) * factor;
}
