import type { Json } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline, StageDeclaration } from './declaration.ts';
import { Family, type Instance } from './family.ts';
import { interpolate } from './interpolate.ts';
import type { ListOutput, Lists } from './lists.ts';
import { combinations, instanceName, type MatrixValue } from './matrix.ts';
import { faultsOf } from './matrix-values.ts';
import type { Overlaid } from './overlay.ts';
import { splitOutput } from './stage-reference.ts';
import { suggestion } from './suggest.ts';

/** The maximum number of stages in a pipeline. */
const MAX_STAGES = 100_000;
/** Stands for a value of a matrix that is not known yet. */
const UNKNOWN = '?';

type Fault = Omit<Problem, 'at'>;

/** What dimensions are resolved with. */
interface MatrixScope {
  readonly declared: DeclaredPipeline;
  readonly overlaid: Overlaid;
  readonly lists: Lists;
  readonly problems: Problem[];
}

interface ReportingScope extends MatrixScope {
  /** The lists that have been reported as faulty: several stages may use one. */
  readonly faulty: Set<string>;
}

/** Returns the stages of a pipeline file with their instances, by name. */
export function familiesOf(given: MatrixScope): ReadonlyMap<string, Family> {
  const scope: ReportingScope = { ...given, faulty: new Set() };
  const { declared, problems } = scope;
  const families = new Map<string, Family>();
  let stages = 0;
  for (const [name, stage] of Object.entries(declared.pipeline.stages)) {
    const place = (path: readonly (string | number)[], part: 'key' | 'value') =>
      declared.source.place(['stages', name, 'matrix', ...path], part);
    const instances = instancesOf(name, dimensionsOf(name, stage, scope, place));
    stages += typeof instances === 'number' ? instances : instances.length;
    if (stages > MAX_STAGES || typeof instances === 'number') {
      problems.push({
        message: `with the matrix of stage "${name}" the pipeline would have ${stages.toLocaleString('en-US')} stages`,
        at: place([], 'key'),
        advice: `The maximum is ${MAX_STAGES.toLocaleString('en-US')}. Remove some values.`,
      });
      return families;
    }
    families.set(name, new Family(name, instances));
  }
  return families;
}

/** The values of a dimension, if they are known, and the output that they come from, if they are not written. */
interface Dimension {
  readonly values?: readonly MatrixValue[];
  readonly list?: ListOutput;
}

/** Returns the instances of a stage; only their number if there are too many. */
function instancesOf(name: string, dimensions: ReadonlyMap<string, Dimension>): Instance[] | number {
  const found: Record<string, ListOutput> = {};
  for (const [dimension, { list }] of dimensions) if (list !== undefined) found[dimension] = list;
  const lists = Object.keys(found).length === 0 ? {} : { lists: found };
  const known = new Map<string, readonly MatrixValue[]>();
  for (const [dimension, { values }] of dimensions) if (values !== undefined) known.set(dimension, values);
  if (known.size < dimensions.size) {
    const matrix = Object.fromEntries([...dimensions.keys()].map((dimension) => [dimension, UNKNOWN]));
    return [{ name, declared: name, matrix, ...lists, isOpen: true }];
  }
  let count = 1;
  for (const values of known.values()) count *= values.length;
  if (count > MAX_STAGES) return count;
  return combinations(known).map((matrix) => ({ name: instanceName(name, matrix), declared: name, matrix, ...lists }));
}

function dimensionsOf(
  name: string,
  { matrix = {} }: StageDeclaration,
  scope: ReportingScope,
  place: (path: readonly (string | number)[], part: 'key' | 'value') => Place,
): Map<string, Dimension> {
  const dimensions = new Map<string, Dimension>();
  for (const [dimension, written] of Object.entries(matrix)) {
    const filled = interpolate(written, { shared: scope.overlaid.shared, matrix: {} });
    const subject = `"matrix.${dimension}" of stage "${name}"`;
    const resolved = filled.problems.length > 0 ? filled.problems : resolveDimension(filled.value, subject, scope);
    if (!Array.isArray(resolved)) dimensions.set(dimension, resolved as Dimension);
    else scope.problems.push(...resolved.map((fault: Fault) => ({ ...fault, at: place([dimension], 'value') })));
  }
  return dimensions;
}

function resolveDimension(value: Json, subject: string, scope: ReportingScope): Dimension | Fault[] {
  if (typeof value === 'object' && value !== null && 'from' in value) return resolveList(value['from'], subject, scope);
  const faults = faultsOf(value, subject);
  return faults.length > 0 ? faults : { values: value as MatrixValue[] };
}

/** Resolves `{ from: STAGE.OUTPUT }`. */
function resolveList(from: Json | undefined, subject: string, scope: ReportingScope): Dimension | Fault[] {
  const { stages } = scope.declared.pipeline;
  const split = typeof from === 'string' ? splitOutput(from) : undefined;
  if (split === undefined) {
    const advice = 'Write STAGE.OUTPUT, such as { from: split.folds }.';
    return [{ message: `${subject} is from ${JSON.stringify(from)}, which is no output of a stage`, advice }];
  }
  const { stage, output } = split;
  const source = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (source === undefined) {
    return [
      {
        message: `${subject} is from unknown stage "${stage}"`,
        advice: suggestion(stage, Object.keys(stages)),
      },
    ];
  }
  if (source.matrix !== undefined) {
    const advice = 'Let a stage without a matrix read its outputs, and put out one list.';
    return [{ message: `${subject} is from stage "${stage}", which has a matrix itself`, advice }];
  }
  const list: ListOutput = { written: `${stage}.${output}`, stage, output };
  const found = scope.lists.get(list.written);
  if (found === undefined || scope.faulty.has(list.written)) return { list };
  const { content } = found;
  const made = `${found.file}, which stage "${stage}" puts out for a matrix,`;
  const advice = `Correct stage "${stage}": it must write a JSON list of different strings, numbers, true or false.`;
  const faults =
    'fault' in content ? [{ message: `${made} ${content.fault}`, advice }] : faultsOf(content.value, made, advice);
  if (faults.length > 0) scope.faulty.add(list.written);
  return faults.length > 0 || 'fault' in content ? faults : { list, values: content.value as MatrixValue[] };
}
