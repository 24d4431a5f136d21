/** A number that stands by itself: not a part of a name such as `stage-1`, `v2` or `0x1f`, nor of a version or a date. */
const NUMBER = /(?<![\w.\-+])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w|\.\w|-\d)/g;

/** Splits a text into its numbers and what stands between them, in which each number is replaced by `#`. */
export function numbersIn(text: string): { readonly numbers: readonly number[]; readonly rest: string } {
  const numbers: number[] = [];
  const rest = text.replaceAll(NUMBER, (written) => {
    numbers.push(Number(written));
    return '#';
  });
  return { numbers, rest };
}
