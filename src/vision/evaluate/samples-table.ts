import { Field, Float32, Float64, List, type Table, Uint8, Utf8 } from 'apache-arrow';
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
import { kindOf, LABEL_KINDS, type LabelKind } from '../data/tables/label-kind.ts';
import { numberStatistics } from '../data/tables/number-statistics.ts';
import type { Targets } from '../data/tables/targets.ts';
import type { EvaluatedSplit, Task } from '../data/tables/task.ts';
import { trainingLabels } from '../data/tables/training-labels.ts';
import type { HeadLayout } from '../heads/head-layout.ts';
import { mostProbable } from '../heads/most-probable.ts';
import { answerLabel } from '../predict/answer-label.ts';
import type { PredictedLabel } from './collect-predictions.ts';
import { sampleLoss } from './sample-loss.ts';

/** The predictions for the labels of a split. */
export interface PredictedSplit {
  readonly targets: Targets;
  readonly layout: HeadLayout;
  readonly predicted: readonly PredictedLabel[];
  readonly split: EvaluatedSplit;
}

/**
 * Writes the predictions of an evaluation as an Arrow table with a row for each label of a sample: `sample` (its row in the
 * targets), `file`, `task`, `split`, `label` (`y`, `n` or `m` for each class, or numbers), `class` (the true one, the first
 * if there are several), `predicted` (the most probable one), `probabilities` (of the classes of its task, float32, as the
 * model puts them out; none for numbers) and `loss` (see `sampleLoss`). If a task has another kind of labels than one
 * class, `answer` has the prediction, written as a label. The tasks are in the metadata of the schema, as JSON.
 */
export function writePredictedSamples(
  path: string,
  { targets, layout: { heads }, predicted, split }: PredictedSplit,
): Promise<void> {
  const { tasks } = targets;
  const training = trainingLabels(targets);
  const statistics = tasks.map((task, index) =>
    kindOf(task) === 'numbers' ? numberStatistics(training[index] ?? [], task.classes) : [],
  );
  const isNumbers = ({ task }: PredictedLabel) => tasks[task]?.kind === 'numbers';
  const lossOf = (label: PredictedLabel) => {
    const task = tasks[label.task];
    return task === undefined ? 0 : sampleLoss(label, task, statistics[label.task] ?? []);
  };
  const columns = {
    sample: int32Column(Int32Array.from(predicted, ({ sample }) => sample)),
    file: textColumn(predicted.map(({ sample }) => targets.file(sample))),
    task: textColumn(predicted.map(({ task }) => tasks[task]?.name ?? '')),
    split: textColumn(predicted.map(() => split)),
    label: textColumn(predicted.map(({ text }) => text)),
    class: uint8Column(Uint8Array.from(predicted, ({ classIndex }) => classIndex)),
    predicted: uint8Column(Uint8Array.from(predicted, (each) => (isNumbers(each) ? 0 : mostProbable(each.answer)))),
    probabilities: float32ListColumn(predicted.map((each) => (isNumbers(each) ? new Float32Array() : each.answer))),
    loss: float64Column(Float64Array.from(predicted, lossOf)),
    ...(tasks.some(needsAnswer) && {
      answer: textColumn(predicted.map((label) => answerText(label, heads))),
    }),
  };
  return writeArrowTable(path, columns, { tasks: JSON.stringify(tasks) });
}

function answerText({ task, answer }: PredictedLabel, heads: HeadLayout['heads']): string {
  const head = heads[task];
  return head === undefined ? '' : answerLabel(head, answer);
}

/** Whether the most probable class does not say what the answer is. */
function needsAnswer(task: Task): boolean {
  return kindOf(task) === 'classes' || kindOf(task) === 'numbers';
}

/** A label of a sample, and what the model answers. */
export interface EvaluatedSample {
  readonly file: string;
  readonly task: string;
  readonly kind: LabelKind;
  readonly label: string;
  /** The prediction, written as a label; empty if `predicted` says it. */
  readonly answer: string;
  /** The index of the true class. */
  readonly truth: number;
  readonly predicted: number;
  /** Of the classes of its task, or of its numbers, if the data set names them. */
  readonly classNames: readonly string[] | undefined;
  /** float32 `[classes]`; empty for numbers. */
  readonly probabilities: Float32Array;
  readonly loss: number;
}

/** Returns whether a prediction is wrong; undefined for numbers, which are more or less so. */
export function isMistake({ kind, label, answer, truth, predicted }: EvaluatedSample): boolean | undefined {
  if (kind === 'numbers') return undefined;
  if (kind !== 'classes') return truth !== predicted;
  return [...label].some((mark, at) => mark !== 'm' && mark !== answer[at]);
}

const COLUMNS = {
  file: new Utf8(),
  task: new Utf8(),
  label: new Utf8(),
  class: new Uint8(),
  predicted: new Uint8(),
  probabilities: new List(new Field('item', new Float32(), false)),
  loss: new Float64(),
};

/** Reads what `writePredictedSamples` wrote. */
export async function readPredictedSamples(path: string): Promise<Result<readonly EvaluatedSample[]>> {
  const read = await readArrowTable(path, COLUMNS);
  if (!read.ok) return read;
  const table = read.value;
  const column = <Name extends keyof typeof COLUMNS>(name: Name) => [...(table.getChild(name) ?? [])];
  const [tasks, labels, classes, predicted] = [column('task'), column('label'), column('class'), column('predicted')];
  const known = tasksIn(table.schema.metadata.get('tasks') ?? '');
  const [probabilities, losses] = [column('probabilities'), column('loss')];
  const answers = [...((table as Table).getChild('answer') ?? [])];
  return success(
    column('file').map((file, row) => {
      const task = tasks[row] ?? '';
      const answer: unknown = answers[row];
      return {
        file: file ?? '',
        task,
        kind: known.get(task)?.kind ?? 'class',
        label: labels[row] ?? '',
        answer: typeof answer === 'string' ? answer : '',
        truth: classes[row] ?? 0,
        predicted: predicted[row] ?? 0,
        classNames: known.get(task)?.classNames,
        probabilities: Float32Array.from(probabilities[row] ?? []),
        loss: losses[row] ?? 0,
      };
    }),
  );
}

interface KnownTask {
  readonly kind: LabelKind;
  readonly classNames: readonly string[] | undefined;
}

/** Returns what the metadata say of each task. What is in a cache may have been changed. */
function tasksIn(text: string): ReadonlyMap<string, KnownTask> {
  const value = parseJson(text)?.value;
  const tasks = (Array.isArray(value) ? value : []).flatMap((task: Json) => {
    const { name, kind, class_names: names } = (task ?? {}) as Readonly<Record<string, Json | undefined>>;
    if (typeof name !== 'string') return [];
    const classNames = Array.isArray(names) ? names.map(String) : undefined;
    return [[name, { kind: LABEL_KINDS.find((each) => each === kind) ?? 'class', classNames }] as const];
  });
  return new Map(tasks);
}
