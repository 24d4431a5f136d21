import { setTimeout as delay } from 'node:timers/promises';
import type { Executor, ResourceRequest, StageEnd, StageMessage, StageRequest } from './executor.ts';
import type { Gpus } from './gpu-locks.ts';
import type { MachineServices } from './machine-services.ts';
import type { ResourcePool } from './resources.ts';

const POLL_MILLISECONDS = 500;

/** Executes requests on this machine, each in a process of its own, as resources become available. */
export class LocalExecutor implements Executor {
  readonly #services: MachineServices;
  readonly #pool: ResourcePool;
  readonly #gpus: Gpus;
  readonly #poll: number;

  /** @param poll how often to check for GPUs that other runs hold, in milliseconds. */
  constructor(services: MachineServices, pool: ResourcePool, gpus: Gpus, poll = POLL_MILLISECONDS) {
    this.#services = services;
    this.#pool = pool;
    this.#gpus = gpus;
    this.#poll = poll;
  }

  async run(
    request: StageRequest,
    resources: ResourceRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd> {
    const { cpu, memory, gpu, priority } = resources;
    let reported = false;
    while (!signal.aborted) {
      const grant = await this.#pool.take({ jobs: 1, cpu, memory, gpu }, priority);
      try {
        const gpus = this.#gpus.take(grant.gpus);
        if (gpus.ok) {
          try {
            return await this.#perform(request, resources, gpus.value.names, onMessage, signal);
          } finally {
            gpus.value.giveBack();
          }
        }
        if (!reported) onMessage({ type: 'waiting', for: 'gpus', holder: gpus.failure });
        reported = true;
      } finally {
        grant.giveBack();
      }
      // Holds no resources meanwhile, so that other stages of this run can start.
      await delay(this.#poll, undefined, { signal }).catch(() => undefined);
    }
    return { type: 'cancelled' };
  }

  async #perform(
    request: StageRequest,
    { mayStart, beforeRelease }: ResourceRequest,
    gpus: readonly string[],
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd> {
    if (!(await mayStart())) return { type: 'not-started' };
    // Loaded on demand, since usually nothing has to run.
    const { performStage } = await import('./perform-stage.ts');
    const end = await performStage(request, gpus, this.#services, onMessage, signal);
    await beforeRelease(end);
    return end;
  }
}
