import { Field, Float32, Float64, List, Uint8, Utf8 } from 'apache-arrow';
import type { Json } from '../../shared/json.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { type Result, success } from '../../shared/problem.ts';
import {
  float32ListColumn,
  float64Column,
  int32Column,
  textColumn,
  uint8Column,
  writeArrowTable,
} from '../data/tables/arrow-file.ts';
import { readArrowTable } from '../data/tables/arrow-table.ts';
import type { Targets } from '../data/tables/targets.ts';
import { normalized, type PredictedSample } from './collect-predictions.ts';
import { indexOfLargest } from './metrics/task-predictions.ts';

/**
 * Writes the predictions of an evaluation as an Arrow table with a row for each label of a sample: `sample` (its row in the targets),
 * `file`, `task`, `split`, `label` (`y`, `n` or `m` for each class), `class` (the true one), `predicted`, `probabilities`
 * (of the classes of its task, float32, as the model puts them out) and `loss` (its cross-entropy). The tasks are in the
 * metadata of the schema, as JSON.
 */
export function writePredictedSamples(
  path: string,
  targets: Targets,
  predicted: readonly PredictedSample[],
): Promise<void> {
  const columns = {
    sample: int32Column(Int32Array.from(predicted, ({ sample }) => sample)),
    file: textColumn(predicted.map(({ sample }) => targets.file(sample))),
    task: textColumn(predicted.map(({ label }) => targets.tasks[label.task]?.name ?? '')),
    split: textColumn(predicted.map(() => 'validation')),
    label: textColumn(predicted.map(({ label }) => label.text)),
    class: uint8Column(Uint8Array.from(predicted, ({ label }) => label.classIndex)),
    predicted: uint8Column(Uint8Array.from(predicted, ({ probabilities }) => indexOfLargest(probabilities))),
    probabilities: float32ListColumn(predicted.map(({ probabilities }) => probabilities)),
    loss: float64Column(
      Float64Array.from(predicted, ({ label, probabilities }) => {
        const own = normalized(probabilities)[label.classIndex] ?? 0;
        return -Math.log(Math.max(own, Number.EPSILON));
      }),
    ),
  };
  return writeArrowTable(path, columns, { tasks: JSON.stringify(targets.tasks) });
}

/** A sample of an evaluation. */
export interface EvaluatedSample {
  readonly file: string;
  readonly task: string;
  /** The index of the true class. */
  readonly truth: number;
  readonly predicted: number;
  /** Of the classes of its task, if the data set names them. */
  readonly classNames: readonly string[] | undefined;
  /** float32 `[classes]`. */
  readonly probabilities: Float32Array;
  readonly loss: number;
}

const COLUMNS = {
  file: new Utf8(),
  task: new Utf8(),
  class: new Uint8(),
  predicted: new Uint8(),
  probabilities: new List(new Field('item', new Float32(), false)),
  loss: new Float64(),
};

/** Reads what `writePredictedSamples` wrote. */
export async function readPredictedSamples(path: string): Promise<Result<readonly EvaluatedSample[]>> {
  const read = await readArrowTable(path, COLUMNS);
  if (!read.ok) return read;
  const column = <Name extends keyof typeof COLUMNS>(name: Name) => [...(read.value.getChild(name) ?? [])];
  const [tasks, classes, predicted] = [column('task'), column('class'), column('predicted')];
  const names = classNamesIn(read.value.schema.metadata.get('tasks') ?? '');
  const [probabilities, losses] = [column('probabilities'), column('loss')];
  return success(
    column('file').map((file, row) => ({
      file: file ?? '',
      task: tasks[row] ?? '',
      truth: classes[row] ?? 0,
      predicted: predicted[row] ?? 0,
      classNames: names.get(tasks[row] ?? ''),
      probabilities: Float32Array.from(probabilities[row] ?? []),
      loss: losses[row] ?? 0,
    })),
  );
}

/** Returns the names of the classes by task. What is in a cache may have been changed. */
function classNamesIn(tasks: string): ReadonlyMap<string, readonly string[]> {
  const value = parseJson(tasks)?.value;
  const named = (Array.isArray(value) ? value : []).flatMap((task: Json) => {
    const { name, class_names: names } = (task ?? {}) as { readonly name?: Json; readonly class_names?: Json };
    const isNamed = typeof name === 'string' && Array.isArray(names);
    return isNamed ? [[name, names.map(String)] as const] : [];
  });
  return new Map(named);
}
