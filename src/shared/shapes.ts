// What JSON from outside is checked by, field by field.

export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Whether a value is a whole number that is not negative. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isOptional(value: unknown, isValue: (value: unknown) => boolean): boolean {
  return value === undefined || isValue(value);
}
