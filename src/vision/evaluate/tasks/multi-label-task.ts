import { thresholdOf } from '../../predict/answer-label.ts';
import { classShares } from '../baseline.ts';
import { type Estimate, estimatesOf, measurable, measure } from '../estimates.ts';
import { findMultiLabelErrors, type SuspectedDecision } from '../label-errors.ts';
import {
  MULTI_LABEL_METRICS,
  type MultiLabelClassMetrics,
  type MultiLabelMetric,
  type MultiLabelPredictions,
  multiLabelClassMetrics,
  multiLabelMetrics,
  rankSamples,
} from '../metrics/multi-label-metrics.ts';
import { type Named, named } from '../named.ts';
import { type Located, located, ownMetrics, type TaskContext } from './task-context.ts';

/** The evaluation of a task with any number of classes for a sample. */
export interface MultiLabelTaskEvaluation {
  readonly name: string;
  readonly kind: 'classes';
  /** The name of the head. */
  readonly head: string;
  /** The probability from which a class is answered. */
  readonly threshold: number;
  /** The number of evaluated samples that have the task. */
  readonly count: number;
  /** Besides, those of a head of the user's own. */
  readonly metrics: Readonly<Record<MultiLabelMetric, Estimate>> & Readonly<Record<string, Estimate>>;
  readonly classes: readonly Named<MultiLabelClassMetrics>[];
  readonly label_errors: {
    readonly suspected: readonly Located<SuspectedDecision>[];
  };
}

/** Evaluates a task with any number of classes for a sample. */
export function evaluateMultiLabelTask(context: TaskContext): MultiLabelTaskEvaluation {
  const { task, head, file, bootstrap, stream } = context;
  const predictions = multiLabelPredictions(context);
  const ranked = rankSamples(predictions);
  const shares = Float32Array.from(classShares(context.training, task.classes));
  const constant = rankSamples(
    multiLabelPredictions({ ...context, predicted: context.predicted.map((each) => ({ ...each, answer: shares })) }),
  );
  const by = (of: typeof ranked) => measurable(of, of.count, multiLabelMetrics);
  const measured = measure(MULTI_LABEL_METRICS, by(ranked), by(constant), bootstrap, stream);
  return {
    name: task.name,
    kind: 'classes',
    head: head.name,
    threshold: thresholdOf(head),
    count: context.predicted.length,
    metrics: { ...estimatesOf(MULTI_LABEL_METRICS, measured), ...ownMetrics(context, shares) },
    classes: multiLabelClassMetrics(ranked).map((each, label) => named(each, task.class_names?.[label])),
    label_errors: { suspected: located(findMultiLabelErrors(predictions), predictions.samples, file) },
  };
}

function multiLabelPredictions({ task, head, predicted }: TaskContext): MultiLabelPredictions {
  const threshold = thresholdOf(head);
  const marks = predicted.flatMap(({ text }) => [...text]);
  return {
    classes: task.classes,
    samples: Int32Array.from(predicted, ({ sample }) => sample),
    truth: Uint8Array.from(marks, (mark) => (mark === 'y' ? 1 : 0)),
    unknown: Uint8Array.from(marks, (mark) => (mark === 'm' ? 1 : 0)),
    probabilities: Float64Array.from(predicted.flatMap(({ answer }) => [...answer])),
    predicted: Uint8Array.from(
      predicted.flatMap(({ answer }) => [...answer].map((each) => (each >= threshold ? 1 : 0))),
    ),
  };
}
