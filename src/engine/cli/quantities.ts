const DAY = 86_400_000;
const AGES: Readonly<Record<string, number>> = { h: DAY / 24, d: DAY, w: 7 * DAY, y: 365 * DAY };
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Converts `30d`, `12h`, `2w` or `1y` to milliseconds. Throws an Error for anything else. */
export function parseAge(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([hdwy])$/.exec(text) ?? [];
  const milliseconds = AGES[unit];
  if (amount === undefined || milliseconds === undefined)
    throw new Error('Expected a number and a unit, such as 12h, 30d, 2w or 1y.');
  return Number(amount) * milliseconds;
}

/** Converts `20GB`, `500 MB` or `1.5TiB` to bytes. Throws an Error for anything else. */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?i?b)$/i.exec(text) ?? [];
  const size = SIZES[unit.toLowerCase()];
  if (amount === undefined || size === undefined)
    throw new Error('Expected a number and a unit, such as 500MB, 20GB or 1.5TB.');
  return Number(amount) * size;
}

/** Parses a non-negative integer. Throws an Error for anything else. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) throw new Error('Expected a non-negative integer.');
  return value;
}

/** Parses the number of a TCP port; 0 stands for any free one. Throws an Error for anything else. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error('Expected a number from 0 to 65535.');
  return port;
}

/** Parses a decimal number from 0 to below 1, such as 0.001 or 1e-6. Throws an Error for anything else. */
export function parseRatio(text: string): number {
  const value = Number(text);
  // Number also takes hexadecimal, octal and binary ones.
  if (!/^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) || value >= 1)
    throw new Error('Expected a decimal number from 0 to below 1, such as 0.001 or 1e-6.');
  return value;
}

/** Parses a positive integer. Throws an Error for anything else. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error('Expected a positive integer.');
  return value;
}
