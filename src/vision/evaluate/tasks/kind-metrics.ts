import { kindOf, type LabelKind } from '../../data/tables/label-kind.ts';
import type { Estimate } from '../estimates.ts';
import { MULTI_LABEL_METRICS } from '../metrics/multi-label-metrics.ts';
import { NUMBER_METRICS } from '../metrics/number-metrics.ts';
import { ORDERED_METRICS } from '../metrics/ordered-metrics.ts';
import { TASK_METRICS } from '../metrics/task-metrics.ts';

/** The metrics of a kind of labels. */
interface KindMetrics {
  readonly names: readonly string[];
  /** Those that a stage reports for each task, the most important first. */
  readonly reported: readonly string[];
  /** Those that are shown beside those of another run. */
  readonly compared: readonly string[];
}

const ONE_CLASS: KindMetrics = {
  names: [...TASK_METRICS, ...ORDERED_METRICS],
  reported: ['accuracy', 'mean_absolute_error'],
  compared: ['accuracy', 'average_precision', 'log_loss', 'mean_absolute_error'],
};

const KIND_METRICS: Readonly<Record<LabelKind, KindMetrics>> = {
  class: ONE_CLASS,
  ordered: ONE_CLASS,
  classes: {
    names: MULTI_LABEL_METRICS,
    reported: ['mean_average_precision', 'macro_f1'],
    compared: ['mean_average_precision', 'macro_f1', 'exact_match'],
  },
  numbers: { names: NUMBER_METRICS, reported: ['mean_absolute_error', 'r2'], compared: NUMBER_METRICS },
};

interface TaskEstimates {
  readonly kind?: LabelKind;
  readonly metrics: Readonly<Record<string, Estimate>>;
}

type NamedEstimates = readonly (readonly [name: string, estimate: Estimate])[];

/** Returns the metrics that a head of the user's own has, beside those of the kind of labels. */
export function ownMetricsOf(task: TaskEstimates): NamedEstimates {
  const { names } = KIND_METRICS[kindOf(task)];
  return Object.entries(task.metrics).filter(([name]) => !names.includes(name));
}

/** Returns the metrics that a stage reports for a task, those of a head of the user's own first. */
export function reportedMetricsOf(task: TaskEstimates): NamedEstimates {
  return [...ownMetricsOf(task), ...metricsOf(task, 'reported')];
}

/** Returns the metrics of a task that are shown beside those of another run. */
export function comparedMetricsOf(task: TaskEstimates): NamedEstimates {
  return [...ownMetricsOf(task), ...metricsOf(task, 'compared')];
}

function metricsOf(task: TaskEstimates, list: keyof KindMetrics): NamedEstimates {
  return KIND_METRICS[kindOf(task)][list].flatMap((name) => {
    const estimate = task.metrics[name];
    return estimate === undefined ? [] : [[name, estimate] as const];
  });
}
