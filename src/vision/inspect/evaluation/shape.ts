import { isObject } from '../../../shared/shapes.ts';
import type { Evaluation } from '../../evaluate/evaluation.ts';

/**
 * Returns whether a JSON value has what is shown of an evaluation: artifacts of that name may come from any stage, and what
 * is in a cache may have been changed.
 */
export function isEvaluation(value: unknown): value is Evaluation {
  const { weighted, mean_average_precision, tasks } = (value ?? {}) as Partial<Evaluation>;
  return (
    isObject(weighted) &&
    Object.values(weighted).every(isEstimate) &&
    isEstimate(mean_average_precision) &&
    Array.isArray(tasks) &&
    tasks.length > 0 &&
    tasks.every(isTask)
  );
}

function isTask(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, count, metrics, confusion, classes, label_errors: errors } = value;
  return (
    typeof name === 'string' &&
    typeof count === 'number' &&
    isObject(metrics) &&
    Object.values(metrics).every(isEstimate) &&
    Array.isArray(classes) &&
    classes.every((each) => isObject(each) && ['string', 'undefined'].includes(typeof each['name'])) &&
    isSquare(confusion, classes.length) &&
    isObject(errors) &&
    Array.isArray(errors['suspected']) &&
    errors['suspected'].every((each) => isSuspected(each, classes.length))
  );
}

function isSuspected(value: unknown, classes: number): boolean {
  if (!isObject(value)) return false;
  const isClass = (label: unknown) => Number.isInteger(label) && Number(label) >= 0 && Number(label) < classes;
  const { file, label, suggested, suggested_probability: probability } = value;
  return typeof file === 'string' && isClass(label) && isClass(suggested) && typeof probability === 'number';
}

function isSquare(value: unknown, size: number): boolean {
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === size && row.every((each) => typeof each === 'number');
  return Array.isArray(value) && value.length === size && value.every(isRow);
}

function isEstimate(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isValue = (each: unknown) => each === null || typeof each === 'number';
  const { interval } = value;
  const isInterval = interval === null || (Array.isArray(interval) && interval.length === 2 && interval.every(isValue));
  return isInterval && isValue(value['value']) && isValue(value['baseline']);
}
