import { listed } from '../../../shared/wording.ts';
import { type LabelKind, numbersIn } from './label-kind.ts';

/** Returns a label in words: the names of its classes, or its numbers. */
export function labelText(label: string, kind: LabelKind = 'class', names: readonly string[] = []): string {
  if (kind === 'numbers') {
    return numbersIn(label)
      .map((value, index) => [names[index], Number.isNaN(value) ? 'unknown' : Number(value.toPrecision(4))])
      .map((parts) => parts.filter((part) => part !== undefined).join(' '))
      .join(', ');
  }
  const classes = Array.from(label, (mark, index) => (mark === 'y' ? (names[index] ?? String(index)) : ''));
  return listed(classes.filter((name) => name !== '')) || 'none';
}
