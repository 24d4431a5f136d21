import { setTimeout as delay } from 'node:timers/promises';
import type { Executor, ResourceRequest, StageEnd, StageMessage, StageRequest } from './executor.ts';
import type { GpuLocks } from './gpu-locks.ts';
import type { MachineServices } from './perform-stage.ts';
import type { ResourcePool } from './resources.ts';

const POLL_MILLISECONDS = 500;

/** Carries requests out on this machine, each in a process of its own, as its resources allow. */
export class LocalExecutor implements Executor {
  readonly #bench: MachineServices;
  readonly #pool: ResourcePool;
  readonly #gpus: GpuLocks;
  readonly #poll: number;

  /** `poll`: milliseconds until it looks again for GPUs that other runs hold. */
  constructor(bench: MachineServices, pool: ResourcePool, gpus: GpuLocks, poll = POLL_MILLISECONDS) {
    this.#bench = bench;
    this.#pool = pool;
    this.#gpus = gpus;
    this.#poll = poll;
  }

  async run(
    request: StageRequest,
    wish: ResourceRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd> {
    const { cpu, memory, gpu, priority } = wish;
    let told = false;
    while (!signal.aborted) {
      const grant = await this.#pool.take({ jobs: 1, cpu, memory, gpu }, priority);
      try {
        const gpus = this.#gpus.take(grant.gpus);
        if (gpus.ok) {
          try {
            return await this.#perform(request, wish, gpus.value.names, onMessage, signal);
          } finally {
            gpus.value.giveBack();
          }
        }
        if (!told) onMessage({ type: 'waiting', holder: gpus.failure });
        told = true;
      } finally {
        grant.giveBack();
      }
      // Others of this run go on meanwhile: nothing is held.
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
    // Loaded when something runs: mostly nothing has to.
    const { performStage } = await import('./perform-stage.ts');
    const end = await performStage(request, gpus, this.#bench, onMessage, signal);
    await beforeRelease(end);
    return end;
  }
}
