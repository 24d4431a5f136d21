import { listed } from '../../../shared/wording.ts';
import { type LabelKind, numbersIn } from './label-kind.ts';

/**
 * Returns a label in words: the names of its classes, or its numbers.
 *
 * @param after returns what stands behind the name of a class, such as its probability.
 */
export function labelText(
  label: string,
  kind: LabelKind = 'class',
  names: readonly string[] = [],
  after: (classIndex: number) => string = () => '',
): string {
  if (kind === 'numbers') {
    return numbersIn(label)
      .map((value, index) => [names[index], Number.isNaN(value) ? 'unknown' : Number(value.toPrecision(6))])
      .map((parts) => parts.filter((part) => part !== undefined).join(' '))
      .join(', ');
  }
  const classes = [...label].flatMap((mark, index) =>
    mark === 'y' ? [`${names[index] ?? index}${after(index)}`] : [],
  );
  return listed(classes) || 'none';
}
