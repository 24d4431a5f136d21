/** Untrusted JSON. The functions below treat a value of an unexpected type as absent. */
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

/** Returns a pair of numbers; one number stands for two equal ones. */
export function pairOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  const [first, second] = listOf(value).map(numberOf);
  return first === undefined || second === undefined ? undefined : [first, second];
}
