import { hasSucceeded, isOver, type Job, type JobRequest } from './job.ts';

/** All jobs that one id stands for: a job, an array, or one job of an array. */
interface Group {
  readonly jobs: Job[];
  open: number;
  failed: number;
  readonly dependents: Set<Job>;
}

export type Readiness = 'ready' | 'waiting' | 'never';

/** Knows which jobs wait for which others. Cheap for thousands of jobs, of which one may wait for all others. */
export class Dependencies {
  readonly #groups = new Map<string, Group>();

  has(id: string): boolean {
    return this.#groups.has(id);
  }

  jobsOf(id: string): readonly Job[] {
    return this.#groups.get(id)?.jobs ?? [];
  }

  add(job: Job): void {
    for (const id of idsOf(job)) {
      const group = this.#groups.get(id) ?? { jobs: [], open: 0, failed: 0, dependents: new Set() };
      group.jobs.push(job);
      group.open++;
      this.#groups.set(id, group);
    }
    for (const { on } of dependenciesOf(job)) this.#groups.get(on)?.dependents.add(job);
  }

  /** Notes that a job is over. Returns the jobs that waited for it and may start now, or never. */
  finish(job: Job): readonly Job[] {
    const affected = new Set<Job>();
    for (const id of idsOf(job)) {
      const group = this.#groups.get(id);
      if (group === undefined) continue;
      group.open--;
      if (!hasSucceeded(job)) group.failed++;
      if (group.open > 0 && group.failed === 0) continue;
      for (const dependent of group.dependents) if (!isOver(dependent)) affected.add(dependent);
    }
    return [...affected].filter((each) => this.readiness(each) !== 'waiting');
  }

  readiness(job: Job): Readiness {
    const each = dependenciesOf(job).map(({ kind, on }): Readiness => {
      const { open, failed } = this.#groups.get(on) ?? { open: 0, failed: 0 };
      if (kind === 'afterany') return open === 0 ? 'ready' : 'waiting';
      if (kind === 'afternotok') return open > 0 ? 'waiting' : failed > 0 ? 'ready' : 'never';
      if (failed > 0) return 'never';
      return open === 0 ? 'ready' : 'waiting';
    });
    if (each.includes('never')) return 'never';
    return each.includes('waiting') ? 'waiting' : 'ready';
  }
}

function idsOf({ raw, id, array }: Job): readonly string[] {
  return [...new Set([id, String(raw), ...(array === undefined ? [] : [String(array.id)])])];
}

/** `aftercorr` means, for a job of an array, the job with the same index. */
function dependenciesOf({ request, array }: Job): JobRequest['dependencies'] {
  return request.dependencies.map(({ kind, on }) =>
    kind === 'aftercorr' && array !== undefined ? { kind: 'afterok', on: `${on}_${array.index}` } : { kind, on },
  );
}
