/** Returns `wanted` of `count` row numbers, at even distances; all of them if there are no more. */
export function spread(count: number, wanted: number): readonly number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, index) => Math.floor((index * count) / number));
}
