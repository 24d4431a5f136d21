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

/** «30d», «12h», «2w», «1y» in milliseconds. */
export function parseAge(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([hdwy])$/.exec(text) ?? [];
  const milliseconds = AGES[unit];
  if (amount === undefined || milliseconds === undefined) throw new Error('It must be like 12h, 30d, 2w or 1y.');
  return Number(amount) * milliseconds;
}

/** «20GB», «500 MB», «1.5TiB» in bytes. */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?i?b)$/i.exec(text) ?? [];
  const size = SIZES[unit.toLowerCase()];
  if (amount === undefined || size === undefined) throw new Error('It must be like 500MB, 20GB or 1.5TB.');
  return Number(amount) * size;
}

/** A whole number from 0. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) throw new Error('It must be a whole number from 0.');
  return value;
}
