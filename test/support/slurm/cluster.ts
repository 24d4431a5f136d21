import { Dependencies } from './dependencies.ts';
import { environmentOf, isOver, type Job, type JobRequest, type JobState, outputOf, type Work } from './job.ts';
import { giveBack, type Node, type NodeOptions, Nodes, shapeOf, take } from './nodes.ts';
import type { Clock } from './virtual-clock.ts';

export interface ClusterOptions extends NodeOptions {
  readonly clock: Clock;
  readonly work: Work;
  /** Milliseconds: until the scheduler looks at what has changed, until a job has started, until its node is free again. */
  readonly schedule: number;
  readonly launch: number;
  readonly complete: number;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly killWait: number;
  /** How many jobs a user may have, waiting or running. */
  readonly maxSubmit: number;
  readonly maxArraySize: number;
  /** How long a job that has ended is still listed, in milliseconds. */
  readonly minJobAge: number;
}

/** The controller of a cluster: accepts jobs, and has `work` done for them on its nodes in the order of submission. */
export class Cluster {
  readonly options: ClusterOptions;
  readonly jobs: Job[] = [];
  readonly #nodes: Nodes;
  readonly #dependencies = new Dependencies();
  /** Those that may start, in the order of submission. */
  #ready: Job[] = [];
  #isScheduled = false;
  /** The number of jobs that are not over. */
  #open = 0;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.#nodes = new Nodes(options);
  }

  /** Returns the id of a new job or array, or throws with the words of the real controller. */
  submit(request: JobRequest): number {
    const { maxArraySize, maxSubmit } = this.options;
    const indexes = request.array?.indexes;
    if (indexes?.some((index) => index >= maxArraySize)) throw new Error('Invalid job array specification');
    if (this.#open + (indexes?.length ?? 1) > maxSubmit)
      throw new Error("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)");
    if (request.dependencies.some(({ on }) => !this.#dependencies.has(on))) throw new Error('Job dependency problem');
    if (!this.#nodes.couldRun(request)) throw new Error('Requested node configuration is not available');
    const id = this.jobs.length + 1;
    for (const index of indexes ?? [undefined]) this.#add(request, id, index);
    return id;
  }

  /** Returns the jobs that an id stands for. */
  find(id: string): readonly Job[] {
    return this.#dependencies.jobsOf(id);
  }

  /** `isAlone`: the job was named itself, and not the array to which it belongs. */
  cancel(job: Job, isAlone: boolean): void {
    if (isOver(job)) return;
    Object.assign(job, { cancelledBy: 0, isCancelledAlone: isAlone });
    if (job.state === 'PENDING') this.#finish(job, 'CANCELLED');
    else void this.#stop(job);
  }

  /** Takes a node away. Its jobs are queued again. */
  fail(name: string): void {
    this.#nodes.find(name).isUp = false;
    for (const job of this.jobs) {
      if (job.node !== name || isOver(job)) continue;
      job.reason = 'NodeDown';
      job.kill?.('SIGKILL');
    }
  }

  restore(name: string): void {
    this.#nodes.find(name).isUp = true;
    this.#scheduleSoon();
  }

  #add(request: JobRequest, id: number, index: number | undefined): void {
    const job: Job = {
      raw: this.jobs.length + 1,
      id: index === undefined ? String(id) : `${id}_${index}`,
      ...(index !== undefined && { array: { id, index } }),
      ...{ request, state: 'PENDING', reason: 'None', node: undefined, restarts: 0, isCancelledAlone: false },
      submitted: this.options.clock.now(),
      ...{ started: undefined, ended: undefined, end: undefined, cancelledBy: undefined, kill: undefined },
    };
    this.jobs.push(job);
    this.#open++;
    this.#dependencies.add(job);
    this.#consider(job);
  }

  #consider(job: Job): void {
    const readiness = this.#dependencies.readiness(job);
    if (readiness === 'waiting') job.reason = 'Dependency';
    else if (readiness === 'never') {
      job.reason = 'DependencyNeverSatisfied';
      if (job.request.killOnInvalidDependency) this.#finish(job, 'CANCELLED');
    } else {
      job.reason = job.request.isHeld ? 'JobHeldUser' : 'None';
      this.#ready.push(job);
      this.#scheduleSoon();
    }
  }

  #scheduleSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.options.clock.sleep(this.options.schedule).then(() => {
      this.#isScheduled = false;
      this.#schedule();
    });
  }

  #schedule(): void {
    // Shapes of jobs for which no node is left.
    const full = new Set<string>();
    this.#ready = this.#ready.filter((job) => {
      if (job.state !== 'PENDING') return false;
      if (job.request.isHeld) return true;
      if (this.#isLimited(job)) job.reason = 'JobArrayTaskLimit';
      else if (!full.has(shapeOf(job.request))) {
        const node = this.#nodes.findFor(job.request);
        if (node !== undefined) {
          void this.#run(job, node);
          return false;
        }
        full.add(shapeOf(job.request));
      }
      if (full.has(shapeOf(job.request))) job.reason = 'Resources';
      return true;
    });
  }

  #isLimited({ array, request }: Job): boolean {
    const limit = request.array?.limit;
    if (limit === undefined || array === undefined) return false;
    return this.find(String(array.id)).filter(({ state }) => /RUNNING|COMPLETING/.test(state)).length >= limit;
  }

  async #run(job: Job, node: Node): Promise<void> {
    const { clock, launch, complete } = this.options;
    take(node, job.request);
    Object.assign(job, { state: 'RUNNING', reason: 'None', node: node.name, started: clock.now() });
    const listeners: ((signal: NodeJS.Signals) => void)[] = [];
    job.kill = (signal) => {
      for (const listener of listeners) listener(signal);
    };
    const over = new AbortController();
    void this.#watchTime(job, over.signal);
    await clock.sleep(launch);
    // What is cancelled or lost by then has nothing that a signal could be sent to.
    job.end = isDoomed(job, node)
      ? { kind: 'signalled', signal: 'SIGTERM' }
      : await this.options.work({
          ...{ request: job.request, node: node.name, environment: environmentOf(job), output: outputOf(job) },
          onSignal: (listener) => listeners.push(listener),
        });
    over.abort();
    job.kill = undefined;
    job.state = 'COMPLETING';
    await clock.sleep(complete);
    giveBack(node, job.request);
    this.#conclude(job, node);
  }

  /** Warns a job before its time is up, and ends it then. */
  async #watchTime(job: Job, over: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const { timeLimit, warning } = job.request;
    const before = Math.min(timeLimit, warning?.before ?? 0);
    try {
      await clock.sleep(timeLimit - before, over);
      if (warning !== undefined) job.kill?.(warning.signal);
      await clock.sleep(before, over);
      job.reason = 'TimeLimit';
      await this.#stop(job, over);
    } catch {
      // It has ended in time.
    }
  }

  async #stop(job: Job, over?: AbortSignal): Promise<void> {
    job.kill?.('SIGTERM');
    await this.options.clock.sleep(this.options.killWait, over);
    job.kill?.('SIGKILL');
  }

  #conclude(job: Job, node: Node): void {
    if (!node.isUp && job.cancelledBy === undefined) {
      Object.assign(job, { state: 'PENDING', reason: 'BeginTime', node: undefined, restarts: job.restarts + 1 });
      this.#consider(job);
      return;
    }
    const state = stateOf(job, node);
    if (state === 'FAILED') job.reason = 'NonZeroExitCode';
    this.#finish(job, state);
  }

  #finish(job: Job, state: JobState): void {
    job.state = state;
    this.#open--;
    job.ended = this.options.clock.now();
    for (const dependent of this.#dependencies.finish(job)) this.#consider(dependent);
    this.#scheduleSoon();
  }
}

function isDoomed({ cancelledBy }: Job, { isUp }: Node): boolean {
  return cancelledBy !== undefined || !isUp;
}

function stateOf(job: Job, node: Node): JobState {
  if (job.cancelledBy !== undefined) return 'CANCELLED';
  if (!node.isUp) return 'NODE_FAIL';
  if (job.end?.kind === 'out-of-memory') return 'OUT_OF_MEMORY';
  if (job.end?.kind === 'exited' && job.end.code === 0) return 'COMPLETED';
  return job.reason === 'TimeLimit' ? 'TIMEOUT' : 'FAILED';
}
