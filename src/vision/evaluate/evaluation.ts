import { groupBy } from '../../shared/group-by.ts';
import type { Duplicates } from '../data/tables/duplicates.ts';
import { kindOf } from '../data/tables/label-kind.ts';
import type { Targets } from '../data/tables/targets.ts';
import type { EvaluatedSplit } from '../data/tables/task.ts';
import { trainingLabels } from '../data/tables/training-labels.ts';
import type { HeadLayout } from '../heads/head-layout.ts';
import type { Validation } from '../train/loop/validate.ts';
import { weightedMean } from '../train/metrics/weighted-mean.ts';
import type { PredictedLabel } from './collect-predictions.ts';
import { definite, type Estimate, estimate, type Measured } from './estimates.ts';
import { type BootstrapOptions, recordOf } from './metrics/bootstrap.ts';
import { TASK_METRICS, type TaskMetric } from './metrics/task-metrics.ts';
import { type ClassTaskEvaluation, evaluateClassTask } from './tasks/class-task.ts';
import { evaluateMultiLabelTask, type MultiLabelTaskEvaluation } from './tasks/multi-label-task.ts';
import { evaluateNumberTask, type NumberTaskEvaluation } from './tasks/number-task.ts';
import type { TaskContext } from './tasks/task-context.ts';

export type TaskEvaluation = ClassTaskEvaluation | MultiLabelTaskEvaluation | NumberTaskEvaluation;

/** The result of evaluating a model on a split: the content of `evaluation.json`. */
export interface Evaluation {
  readonly split: EvaluatedSplit;
  /** The loss as in training, equal to `val_loss`: with label smoothing, and the L2 penalty. */
  readonly loss: number;
  /** Mean loss over the samples, without these. */
  readonly cross_entropy: number;
  /**
   * The means of the metrics of the tasks with one class for each sample, weighted by each task's number of samples in the
   * whole data set; absent if there are no such tasks.
   */
  readonly weighted?: Readonly<Record<TaskMetric, Estimate>>;
  /** The plain means of these tasks' precisions, by which the FashionAI challenge ranked submissions. */
  readonly mean_average_precision?: Estimate;
  readonly basic_precision?: Estimate;
  readonly bootstrap: BootstrapOptions;
  /** The number of samples of the split that were skipped because their images are quarantined. */
  readonly left_out: number;
  /** Images of the split that are identical or nearly identical to training images. */
  readonly duplicates: Duplicates;
  readonly tasks: readonly TaskEvaluation[];
}

/** What an evaluation is computed from. */
export interface Evaluated {
  readonly targets: Targets;
  readonly layout: HeadLayout;
  readonly predicted: readonly PredictedLabel[];
  readonly validation: Pick<Validation, 'loss' | 'crossEntropy'>;
  readonly bootstrap: BootstrapOptions;
  readonly about: Pick<Evaluation, 'split' | 'left_out' | 'duplicates'>;
}

/** Computes the evaluation from the predictions of a split. */
export function toEvaluation({ targets, layout, predicted, validation, bootstrap, about }: Evaluated): Evaluation {
  const training = trainingLabels(targets);
  const byTask = groupBy(predicted, ({ task }) => task);
  const classTasks: { readonly measured: Measured<TaskMetric>; readonly samples: number }[] = [];
  const tasks = targets.tasks.map((task, index): TaskEvaluation => {
    const head = layout.heads[index];
    if (head === undefined) throw new Error(`There is no head for the task ${task.name}.`);
    const context: TaskContext = {
      ...head,
      predicted: byTask.get(index) ?? [],
      training: training[index] ?? [],
      file: targets.file,
      bootstrap,
      stream: index,
    };
    switch (kindOf(task)) {
      case 'classes':
        return evaluateMultiLabelTask(context);
      case 'numbers':
        return evaluateNumberTask(context);
      default: {
        const { evaluation, measured } = evaluateClassTask(context);
        classTasks.push({ measured, samples: task.samples });
        return evaluation;
      }
    }
  });
  const { loss, crossEntropy } = validation;
  const { split, ...others } = about;
  return { split, loss, cross_entropy: crossEntropy, ...meansOf(classTasks), bootstrap, ...others, tasks };
}

interface WeightedTask {
  readonly measured: Measured<TaskMetric>;
  /** In the whole data set. */
  readonly samples: number;
}

function meansOf(
  tasks: readonly WeightedTask[],
): Pick<Evaluation, 'weighted' | 'mean_average_precision' | 'basic_precision'> {
  if (tasks.length === 0) return {};
  const equal = tasks.map((task) => ({ ...task, samples: 1 }));
  return {
    weighted: recordOf(TASK_METRICS, (metric) => meanOf(tasks, metric)),
    mean_average_precision: meanOf(equal, 'average_precision'),
    basic_precision: meanOf(equal, 'basic_precision'),
  };
}

/** Returns the mean of a metric over the tasks, each resample by itself. */
function meanOf(tasks: readonly WeightedTask[], metric: TaskMetric): Estimate {
  const mean = (pick: (task: Measured<TaskMetric>) => number | undefined) => {
    const values = tasks.map(({ measured }) => definite(pick(measured)));
    return values.every((value) => value === undefined) ? Number.NaN : weightedMean(values, tasks);
  };
  const rounds = tasks[0]?.measured.resampled[metric].length ?? 0;
  const resampled = Float64Array.from({ length: rounds }, (_, round) =>
    mean(({ resampled: each }) => each[metric][round]),
  );
  return estimate(
    mean(({ metrics }) => metrics[metric]),
    resampled,
    mean(({ baseline }) => baseline[metric]),
  );
}
