import { isObject } from '../../../shared/shapes.ts';
import { EVALUATED_SPLITS } from '../../data/tables/task.ts';
import type { Evaluation } from '../../evaluate/evaluation.ts';

/**
 * Returns whether a JSON value has what is shown of an evaluation: artifacts of that name may come from any stage, and what
 * is in a cache may have been changed.
 */
export function isEvaluation(value: unknown): value is Evaluation {
  const { split, weighted, mean_average_precision, tasks } = (value ?? {}) as Partial<Evaluation>;
  return (
    (split === undefined || EVALUATED_SPLITS.includes(split)) &&
    (weighted === undefined || areEstimates(weighted)) &&
    (mean_average_precision === undefined || isEstimate(mean_average_precision)) &&
    Array.isArray(tasks) &&
    tasks.length > 0 &&
    tasks.every(isTask)
  );
}

function isTask(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, count, metrics, kind } = value;
  return (
    typeof name === 'string' &&
    typeof count === 'number' &&
    areEstimates(metrics) &&
    (kind === 'numbers' ? hasNumbers(value) : hasClasses(value))
  );
}

function hasNumbers({ numbers }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(numbers) && numbers.every((each) => hasName(each) && areEstimates(each['metrics']));
}

function hasClasses({ kind, confusion, classes, label_errors: errors }: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(classes) || !classes.every(hasName)) return false;
  if (!isObject(errors) || !Array.isArray(errors['suspected'])) return false;
  const { suspected } = errors;
  if (kind === 'classes')
    return classes.every(isMeasuredClass) && suspected.every((each) => isSuspectedDecision(each, classes.length));
  return (
    (kind === undefined || kind === 'ordered') &&
    isSquare(confusion, classes.length) &&
    suspected.every((each) => isSuspected(each, classes.length))
  );
}

function hasName(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && ['string', 'undefined'].includes(typeof value['name']);
}

function isMeasuredClass(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { count, precision, recall, f1, average_precision } = value;
  return typeof count === 'number' && [precision, recall, f1, average_precision].every(isFigure);
}

function isSuspected(value: unknown, classes: number): boolean {
  if (!isObject(value)) return false;
  const { file, label, suggested, suggested_probability: probability } = value;
  return (
    typeof file === 'string' &&
    isIndex(label, classes) &&
    isIndex(suggested, classes) &&
    typeof probability === 'number'
  );
}

function isSuspectedDecision(value: unknown, classes: number): boolean {
  if (!isObject(value)) return false;
  const { file, class: label, labelled, probability } = value;
  return (
    typeof file === 'string' &&
    isIndex(label, classes) &&
    typeof labelled === 'boolean' &&
    typeof probability === 'number'
  );
}

function isIndex(value: unknown, length: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < length;
}

function isSquare(value: unknown, size: number): boolean {
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === size && row.every((each) => typeof each === 'number');
  return Array.isArray(value) && value.length === size && value.every(isRow);
}

function areEstimates(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isEstimate);
}

function isEstimate(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { interval } = value;
  const isInterval =
    interval === null || (Array.isArray(interval) && interval.length === 2 && interval.every(isFigure));
  return isInterval && isFigure(value['value']) && isFigure(value['baseline']);
}

function isFigure(value: unknown): boolean {
  return value === null || typeof value === 'number';
}
