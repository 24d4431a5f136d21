export const LABEL_KINDS = ['class', 'classes', 'ordered', 'numbers'] as const;
/**
 * What the labels of a task are: exactly one class (`class`), any number of classes (`classes`), exactly one of several
 * classes in order (`ordered`), or one or more numbers (`numbers`).
 */
export type LabelKind = (typeof LABEL_KINDS)[number];

/** The kinds of the labels, by task; tasks of the kind `class` are missing. */
export type LabelKinds = ReadonlyMap<string, LabelKind>;

/** Returns the kind of a task's labels. */
export function kindOf({ kind = 'class' }: { readonly kind?: LabelKind }): LabelKind {
  return kind;
}

/** Returns the number of classes of the task that a label belongs to; of a label of numbers, the number of these. */
export function classesIn(label: string, kind: LabelKind): number {
  return kind === 'numbers' ? label.split(NUMBER_SEPARATOR).length : label.length;
}

const NUMBER_SEPARATOR = ';';

/** Writes numbers as a label. NaN stands for an unknown number. */
export function numbersLabel(numbers: readonly number[]): string {
  return numbers.map((number) => (Number.isNaN(number) ? '' : String(number))).join(NUMBER_SEPARATOR);
}

/** Reads the numbers of a label that `numbersLabel` wrote. */
export function numbersIn(label: string): readonly number[] {
  return label.split(NUMBER_SEPARATOR).map((text) => (text === '' ? Number.NaN : Number(text)));
}
