import type { Problem } from '../../../shared/problem.ts';
import type { Scheduler, Silence } from './scheduler.ts';

interface Named {
  /** The name of the executor. */
  readonly executor: string;
  readonly scheduler: Pick<Scheduler, 'title'>;
}

/** Says that a scheduler does not answer. */
export function silenceProblem({ executor, scheduler }: Named, { said, isMissing }: Silence): Problem {
  if (isMissing) {
    const advice = `Run this on a login node of the cluster, or name one: \`host\` of executor "${executor}".`;
    return { message: said, advice };
  }
  return {
    message: `${scheduler.title} does not answer: ${said}`,
    advice: `Run the pipeline again when it does: jobs of executor "${executor}" that were submitted go on, and are found.`,
  };
}

/** Says that a scheduler accepts no job, although none of this run is in its queue. */
export function limitProblem({ title }: Pick<Scheduler, 'title'>, said: string): Problem {
  const advice = 'Wait until other jobs of yours have ended, or set `max_jobs` of the executor below the limit.';
  return { message: `${title} accepts no more jobs: ${said}`, advice };
}
