/**
 * Checks an option of an augmentation, a head or an optimizer, which the code of a stage gives.
 *
 * @param name as in `randomErasing: scale`.
 * @param value a number, or the least and the greatest.
 * @throws a RangeError if a number is not in the range, or the least is greater than the greatest.
 */
export function checkOption(
  name: string,
  value: number | readonly [number, number],
  [least, most]: readonly [number, number],
): void {
  const [from, to] = typeof value === 'number' ? [value, value] : value;
  if (from >= least && to <= most && from <= to) return;
  const expected = typeof value === 'number' ? 'a number' : 'two ascending numbers';
  // Not by Node's `inspect`: a browser loads this, too.
  const given = Array.isArray(value) ? `[ ${value.join(', ')} ]` : String(value);
  throw new RangeError(`${name} is ${given}, expected ${expected} from ${least} to ${most}`);
}
