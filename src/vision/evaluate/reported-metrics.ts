import type { Estimate } from './estimates.ts';
import type { Evaluation } from './evaluation.ts';
import { reportedMetricsOf } from './tasks/kind-metrics.ts';

type Estimated = Pick<Evaluation, 'weighted' | 'mean_average_precision' | 'tasks'>;

/** Returns the metrics that the `evaluate` stage reports; a metric that nothing defines is left out. */
export function evaluationMetrics({ loss, cross_entropy, ...evaluation }: Evaluation): Record<string, number> {
  const values = Object.entries(estimates(evaluation)).flatMap(([name, { value }]): [string, number][] =>
    value === null ? [] : [[name, value]],
  );
  return { loss, ...(cross_entropy !== loss && { cross_entropy }), ...Object.fromEntries(values) };
}

/** Returns the 95 % intervals of these metrics, as far as they have one. */
export function evaluationIntervals(evaluation: Estimated): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    Object.entries(estimates(evaluation)).flatMap(([name, { interval }]) =>
      interval === null ? [] : [[name, interval]],
    ),
  );
}

/** Returns the metrics that are estimates, by the names under which a stage reports them. */
function estimates({ weighted, mean_average_precision, tasks }: Estimated): Record<string, Estimate> {
  return {
    ...(weighted && { weighted_accuracy: weighted.accuracy }),
    ...(mean_average_precision && { mean_average_precision }),
    ...Object.fromEntries(
      tasks.flatMap((task) => reportedMetricsOf(task).map(([metric, value]) => [`${metric}/${task.name}`, value])),
    ),
  };
}
