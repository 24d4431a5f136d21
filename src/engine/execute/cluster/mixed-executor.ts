import type { Problem } from '../../../shared/problem.ts';
import { LOCAL } from '../../plan/executor-settings.ts';
import type { Executor, StageEnd } from '../executor.ts';
import type { ClusterExecutor } from './cluster-executor.ts';

/** What submits stages before they are due. */
export interface Submitter {
  /** Submits what can be submitted. Returns why an executor cannot be used, by its name. */
  submit(): Promise<ReadonlyMap<string, readonly Problem[]>>;
  /** Returns the name of the executor of a stage. */
  executorOf(stage: string): string;
}

/** Runs each stage by the executor that the plan says. Nothing is submitted before the first stage has to run. */
export class MixedExecutor implements Executor {
  readonly #local: Executor;
  readonly #clusters: ReadonlyMap<string, ClusterExecutor>;
  readonly #submitter: Submitter;
  /** What became of the stages that have been run. */
  readonly #ends = new Map<string, StageEnd['type']>();
  /** The stages whose turn has come. */
  readonly #begun = new Set<string>();
  /** The executors on which stages have succeeded since the last submission. */
  readonly #succeeded = new Set<string>();
  #submitted: ReturnType<Submitter['submit']> | undefined;
  /** One at a time, so that no stage is submitted twice. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(local: Executor, clusters: ReadonlyMap<string, ClusterExecutor>, submitter: Submitter) {
    this.#local = local;
    this.#clusters = clusters;
    this.#submitter = submitter;
  }

  hasTaken(stage: string): boolean {
    return this.#clusters.get(this.#submitter.executorOf(stage))?.hasTaken(stage) ?? false;
  }

  /** Submits what can be submitted, unless that was done. */
  submit(): ReturnType<Submitter['submit']> {
    if (this.#submitted === undefined) {
      this.#succeeded.clear();
      this.#submitted = this.#latest.then(() => this.#submitter.submit());
      this.#latest = this.#submitted.catch(() => undefined);
    }
    return this.#submitted;
  }

  /** Has what can be submitted by now submitted, too, before the next stage runs. */
  submitAgain(): void {
    this.#submitted = undefined;
  }

  /** Whether a stage is submitted when its inputs are complete, if it is not yet, or has been run. */
  hasBegun(stage: string): boolean {
    return this.#begun.has(stage);
  }

  /** Returns how a stage ended that was run; nothing for any other one. */
  endOf(stage: string): StageEnd['type'] | undefined {
    return this.#ends.get(stage);
  }

  async run(...[request, ...rest]: Parameters<Executor['run']>): ReturnType<Executor['run']> {
    const end = await this.#run(request, ...rest);
    this.#ends.set(request.stage, end.type);
    if (end.type === 'succeeded' || end.type === 'cached')
      this.#succeeded.add(this.#submitter.executorOf(request.stage));
    return end;
  }

  async #run(...[request, resources, onMessage, signal]: Parameters<Executor['run']>): ReturnType<Executor['run']> {
    const { stage } = request;
    const name = this.#submitter.executorOf(stage);
    if (name !== LOCAL && !this.hasTaken(stage) && this.#hasMoreInputs(name)) this.submitAgain();
    const unusable = await this.submit();
    this.#begun.add(stage);
    if (name === LOCAL) return this.#local.run(request, resources, onMessage, signal);
    const cluster = this.#clusters.get(name);
    if (cluster === undefined) throw new Error(`there is no executor ${name}`);
    const problems = unusable.get(name);
    if (problems === undefined) return cluster.run(request, resources, onMessage, signal);
    const end = { type: 'failed', failure: { kind: 'job', cause: 'not-submitted', problems } } as const;
    await resources.beforeRelease(end);
    return end;
  }

  /** Whether other executors have computed what stages of this one may have waited for. */
  #hasMoreInputs(executor: string): boolean {
    return [...this.#succeeded].some((name) => name !== executor);
  }
}
