/** Reading JSON that others wrote: what is not of the expected kind is as good as absent. */
export type Loose = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A pair of numbers, which may be written as one. */
export function pairOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  const [first, second] = listOf(value).map(numberOf);
  return first === undefined || second === undefined ? undefined : [first, second];
}
