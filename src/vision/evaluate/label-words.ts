import { type LabelKind, numbersIn } from '../data/tables/label-kind.ts';

/**
 * Says what a label says: the class or the classes, or the numbers.
 *
 * @param names of the classes, or of the numbers, if the data set names them.
 * @param after returns what stands behind a class, such as its probability.
 */
export function labelWords(
  label: string,
  kind: LabelKind,
  names: readonly string[] | undefined,
  after: (classIndex: number) => string = () => '',
): string {
  if (kind === 'numbers') {
    const values = numbersIn(label).map((value) =>
      Number.isNaN(value) ? 'unknown' : String(Number(value.toPrecision(6))),
    );
    return values.map((value, index) => (names === undefined ? value : `${names[index]} ${value}`)).join(', ');
  }
  const classes = [...label].flatMap((mark, index) =>
    mark === 'y' ? [`${names?.[index] ?? index}${after(index)}`] : [],
  );
  return classes.length === 0 ? 'none' : classes.join(', ');
}
