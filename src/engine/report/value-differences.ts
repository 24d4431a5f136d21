import { count, figure, plural } from '../../shared/text/format.ts';
import type { Approximation, Difference } from '../execute/failure.ts';
import type { NumberDifference, NumberDifferences, ValueDifferences } from '../values/compare-values.ts';

/** Describes how far the values of an output differ: `4 of 20 numbers differ; the largest difference is …`. */
export function describeValues({ output, file }: Difference, values: ValueDifferences): string {
  const path = (inner: string) => (inner === '' ? file : `${file}/${inner}`);
  if (values.kind === 'other') return `output ${output}: ${path(values.file)}: ${values.what}`;
  return `output ${output}: ${describeNumbers(values, path)}`;
}

function describeNumbers(
  { numbers, differing, absolute, relative }: NumberDifferences,
  path: (inner: string) => string,
): string {
  if (absolute === undefined || relative === undefined) return `${path('')} has the same values, written differently`;
  const where = ({ file, place, expected, found }: NumberDifference) =>
    `at ${place} in ${path(file)} (${figure(expected, 8)} → ${figure(found, 8)})`;
  const largest = `the largest difference is ${figure(absolute.difference, 2)} ${where(absolute)}`;
  const isSame = absolute.file === relative.file && absolute.place === relative.place;
  const ratio = figure(relative.difference, 2);
  const inRelation = isSame ? `relative ${ratio}` : `the largest relative difference is ${ratio} ${where(relative)}`;
  return `${count(differing)} of ${plural(numbers, 'number')} differ; ${largest}; ${inRelation}`;
}

/** Describes why a result counts as reproduced that is not byte-identical, and how far its outputs differ. */
export function describeApproximation({ differences, conditions, tolerance }: Approximation): string[] {
  const reason = conditions.kind === 'other' ? `: another class of machine (${conditions.changes.join('; ')})` : '';
  return [
    `not byte-identical to the lockfile, but within the tolerance of ${figure(tolerance)}${reason}`,
    ...differences.flatMap((difference) =>
      difference.values === undefined ? [] : [describeValues(difference, difference.values)],
    ),
  ];
}

/** Returns what JSON has about values. NaN and infinite numbers become null. */
export function valuesJson(values: ValueDifferences): object {
  if (values.kind === 'other') return { values: { file: values.file, reason: values.what } };
  const { numbers, differing, absolute = null, relative = null } = values;
  return { values: { numbers, differing, absolute, relative } };
}
