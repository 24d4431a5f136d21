import type { ExecutorSettings } from '../../plan/executor-settings.ts';
import type { PlannedStage } from '../../plan/plan.ts';
import type { JobRequest } from './scheduler.ts';

/** How long before its time limit a job is told at least, and how much longer than its timeout it may take, in seconds. */
const LEAST_WARNING = 120;
const SPARE_SECONDS = 60;

/** Returns the resources of the job of a stage. `memory`: in the place of what it declares. */
export function resourcesOf(
  { resources: { cpu = 1, memory: declared, gpu = 0 } }: PlannedStage,
  memory = declared,
): Pick<JobRequest, 'cpu' | 'gpu' | 'memory'> {
  return { cpu, gpu, ...(memory !== undefined && { memory }) };
}

/** Returns the time limit of the job of a stage: it is longer than the stage may take, unless the executor says otherwise. */
export function timesOf(
  { timeout, grace }: PlannedStage,
  { time = Number.POSITIVE_INFINITY }: ExecutorSettings,
): Pick<JobRequest, 'seconds' | 'warning'> {
  const wanted = Math.max(LEAST_WARNING, grace + SPARE_SECONDS);
  const seconds = Math.min(time, timeout === undefined ? Number.POSITIVE_INFINITY : timeout + wanted + SPARE_SECONDS);
  if (!Number.isFinite(seconds)) return { warning: wanted };
  return { seconds, warning: Math.ceil(Math.min(wanted, seconds / 2)) };
}
