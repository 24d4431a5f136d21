import { numbersIn } from '../../data/tables/label-kind.ts';
import { numberStatistics } from '../../data/tables/number-statistics.ts';
import { type Estimate, estimatesOf, measurable, measure } from '../estimates.ts';
import {
  NUMBER_METRICS,
  type NumberMetric,
  type NumberPredictions,
  numberAt,
  numberMetrics,
} from '../metrics/number-metrics.ts';
import { type Named, named } from '../named.ts';
import { ownMetrics, type TaskContext } from './task-context.ts';

/** The evaluation of a task whose labels are numbers. */
export interface NumberTaskEvaluation {
  readonly name: string;
  readonly kind: 'numbers';
  /** The name of the head. */
  readonly head: string;
  /** The number of evaluated samples that have the task. */
  readonly count: number;
  /** The means over the numbers; besides, those of a head of the user's own. */
  readonly metrics: Readonly<Record<NumberMetric, Estimate>> & Readonly<Record<string, Estimate>>;
  /** Each of the numbers. */
  readonly numbers: readonly Named<{ readonly metrics: Readonly<Record<NumberMetric, Estimate>> }>[];
}

/** Evaluates a task whose labels are numbers. The baseline always answers with their means in the training split. */
export function evaluateNumberTask(context: TaskContext): NumberTaskEvaluation {
  const { task, head, predicted } = context;
  const means = Float64Array.from(numberStatistics(context.training, task.classes), ({ mean }) => mean ?? Number.NaN);
  const predictions: NumberPredictions = {
    numbers: task.classes,
    samples: Int32Array.from(predicted, ({ sample }) => sample),
    truth: Float64Array.from(predicted.flatMap(({ text }) => numbersIn(text))),
    predicted: Float64Array.from(predicted.flatMap(({ answer }) => [...answer])),
  };
  const constant = { ...predictions, predicted: Float64Array.from(predicted.flatMap(() => [...means])) };
  return {
    name: task.name,
    kind: 'numbers',
    head: head.name,
    count: predicted.length,
    metrics: {
      ...numberEstimates(predictions, constant, context),
      ...ownMetrics(context, Float32Array.from(means)),
    },
    numbers: Array.from(means, (_, column) => {
      const metrics = numberEstimates(numberAt(predictions, column), numberAt(constant, column), context);
      return named({ metrics }, task.class_names?.[column]);
    }),
  };
}

function numberEstimates(model: NumberPredictions, constant: NumberPredictions, { bootstrap, stream }: TaskContext) {
  const by = (predictions: NumberPredictions) => measurable(predictions, predictions.samples.length, numberMetrics);
  const measured = measure(NUMBER_METRICS, by(model), by(constant), bootstrap, stream);
  return estimatesOf(NUMBER_METRICS, measured);
}
