import type { Json } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline, StageDeclaration } from './declaration.ts';
import { Family, type Instance } from './family.ts';
import { interpolate } from './interpolate.ts';
import { combinations, instanceName, label, type MatrixValue } from './matrix.ts';
import type { Overlaid } from './overlay.ts';

/** The maximum number of stages in a pipeline. */
const MAX_STAGES = 100_000;

/** Returns the stages of a pipeline file with their instances, by name. */
export function familiesOf(
  declared: DeclaredPipeline,
  overlaid: Overlaid,
  problems: Problem[],
): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  let stages = 0;
  for (const [name, stage] of Object.entries(declared.pipeline.stages)) {
    const place = (path: readonly (string | number)[], part: 'key' | 'value') =>
      declared.source.place(['stages', name, 'matrix', ...path], part);
    const dimensions = dimensionsOf(name, stage, overlaid, place, problems);
    let count = 1;
    for (const values of dimensions.values()) count *= values.length;
    stages += count;
    if (stages > MAX_STAGES) {
      problems.push({
        message: `with the matrix of stage "${name}" the pipeline would have ${stages.toLocaleString('en-US')} stages`,
        at: place([], 'key'),
        advice: `The maximum is ${MAX_STAGES.toLocaleString('en-US')}. Remove some values.`,
      });
      return families;
    }
    const instances = combinations(dimensions).map(
      (matrix): Instance => ({ name: instanceName(name, matrix), declared: name, matrix }),
    );
    families.set(name, new Family(name, instances));
  }
  return families;
}

function dimensionsOf(
  name: string,
  { matrix = {} }: StageDeclaration,
  { shared }: Overlaid,
  place: (path: readonly (string | number)[], part: 'key' | 'value') => Place,
  problems: Problem[],
): Map<string, readonly MatrixValue[]> {
  const dimensions = new Map<string, readonly MatrixValue[]>();
  for (const [dimension, written] of Object.entries(matrix)) {
    const filled = interpolate(written, { shared, matrix: {} });
    const faults = filled.problems.length > 0 ? filled.problems : faultsOf(filled.value, `stage "${name}"`, dimension);
    problems.push(...faults.map((fault) => ({ ...fault, at: place([dimension], 'value') })));
    if (faults.length === 0) dimensions.set(dimension, filled.value as MatrixValue[]);
  }
  return dimensions;
}

function faultsOf(values: Json, stage: string, dimension: string): Omit<Problem, 'at'>[] {
  const subject = `"matrix.${dimension}" of ${stage}`;
  if (!Array.isArray(values)) {
    const shown = JSON.stringify(values);
    return [{ message: `${subject} must be a list, but is ${shown}`, advice: `Write a list: [${shown}].` }];
  }
  if (values.length === 0) {
    return [{ message: `${subject} is an empty list`, advice: 'Add at least one value.' }];
  }
  const faults: Omit<Problem, 'at'>[] = [];
  const seen = new Set<string>();
  for (const value of values as readonly Json[]) {
    if (value === null || typeof value === 'object') {
      faults.push({
        message: `${subject} has the invalid value ${JSON.stringify(value)}`,
        advice: 'Only strings, numbers, true and false are allowed.',
      });
      continue;
    }
    const written = label(value);
    if (seen.has(written))
      faults.push({ message: `${subject} has the value ${written} twice`, advice: 'Remove one of them.' });
    seen.add(written);
  }
  return faults;
}
