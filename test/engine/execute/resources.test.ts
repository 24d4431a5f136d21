import { describe, expect, test } from 'vitest';
import { type Amounts, type Grant, ResourcePool } from '../../../src/engine/execute/resources.ts';

const MACHINE: Amounts = { jobs: 8, cpu: 8, memory: 16, gpu: 0 };
const SMALL: Amounts = { jobs: 1, cpu: 1, memory: 0, gpu: 0 };

/** Requests resources from a pool for several stages, and records which have started once the pool is idle. */
class Queue {
  readonly inside: string[] = [];
  readonly #pool: ResourcePool;
  readonly #grants = new Map<string, Grant>();

  constructor(machine: Partial<Amounts>) {
    this.#pool = new ResourcePool(() => ({ ...MACHINE, ...machine }));
  }

  async ask(name: string, wanted: Partial<Amounts> = {}, priority?: number): Promise<void> {
    void this.#pool.take({ ...SMALL, ...wanted }, priority).then((grant) => {
      this.inside.push(name);
      this.#grants.set(name, grant);
    });
    await settle();
  }

  async leave(name: string): Promise<void> {
    this.inside.splice(this.inside.indexOf(name), 1);
    this.#grants.get(name)?.giveBack();
    await settle();
  }

  gpusOf(name: string): number | undefined {
    return this.#grants.get(name)?.gpus;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the resources of the machine', () => {
  test('are allocated to as many stages as fit', async () => {
    const queue = new Queue({ jobs: 2 });
    for (const name of ['a', 'b', 'c']) await queue.ask(name);
    expect(queue.inside).toEqual(['a', 'b']);
    await queue.leave('b');
    expect(queue.inside).toEqual(['a', 'c']);
  });

  test('are allocated to as many stages as fit into memory', async () => {
    const queue = new Queue({ memory: 10 });
    await queue.ask('a', { memory: 6 });
    await queue.ask('b', { memory: 6 });
    await queue.ask('c', { memory: 4 });
    expect(queue.inside).toEqual(['a', 'c']);
  });

  test('are allocated completely to a stage that requests more than there is', async () => {
    const queue = new Queue({ jobs: 2, cpu: 2 });
    await queue.ask('a', { cpu: 64, memory: 1000, gpu: 4 });
    expect(queue.inside).toEqual(['a']);
  });

  test('are not measured before a stage has to run', () => {
    expect(
      () =>
        new ResourcePool(() => {
          throw new Error('looked');
        }),
    ).not.toThrow();
  });
});

describe('GPUs', () => {
  test('are allocated to as many stages as there are GPUs', async () => {
    const queue = new Queue({ gpu: 3 });
    await queue.ask('a', { gpu: 2 });
    await queue.ask('b', { gpu: 1 });
    await queue.ask('c', { gpu: 1 });
    await queue.ask('d');
    expect(queue.inside).toEqual(['a', 'b', 'd']);
    expect([queue.gpusOf('a'), queue.gpusOf('b'), queue.gpusOf('d')]).toEqual([2, 1, 0]);
    await queue.leave('a');
    expect(queue.gpusOf('c')).toBe(1);
  });

  test('are not waited for if the machine has none', async () => {
    const queue = new Queue({ gpu: 0 });
    await queue.ask('a', { gpu: 1 });
    expect(queue.gpusOf('a')).toBe(0);
  });
});

describe('a stage that does not fit yet', () => {
  test('lets smaller stages overtake it', async () => {
    const queue = new Queue({ jobs: 4, cpu: 2 });
    await queue.ask('small');
    await queue.ask('big', { cpu: 2 });
    await queue.ask('small too');
    expect(queue.inside).toEqual(['small', 'small too']);
    await queue.leave('small');
    await queue.leave('small too');
    expect(queue.inside).toEqual(['big']);
  });

  test('does not starve: after a limited number of stages, resources are reserved for it', async () => {
    const queue = new Queue({ jobs: 2, cpu: 2 });
    await queue.ask('0');
    await queue.ask('big', { cpu: 2 });
    for (const name of ['1', '2', '3', '4']) await queue.ask(name);
    expect(queue.inside).toEqual(['0', '1']);
    await queue.leave('0');
    expect(queue.inside).toEqual(['1', '2']);
    await queue.leave('1');
    expect(queue.inside).toEqual(['2']);
    await queue.leave('2');
    expect(queue.inside).toEqual(['big']);
  });

  test('does not block stages that need no GPU while it waits for one', async () => {
    const queue = new Queue({ jobs: 2, cpu: 2, gpu: 1 });
    await queue.ask('training', { gpu: 1 });
    await queue.ask('next training', { gpu: 1 });
    for (let index = 0; index < 10; index++) {
      await queue.ask(`small ${index}`);
      expect(queue.inside).toContain(`small ${index}`);
      await queue.leave(`small ${index}`);
    }
    await queue.leave('training');
    expect(queue.inside).toEqual(['next training']);
  });
});

describe('of several waiting stages', () => {
  test('the one with the highest priority starts first, then the one that came first', async () => {
    const queue = new Queue({ jobs: 1 });
    await queue.ask('running');
    await queue.ask('end', {}, 0);
    await queue.ask('long', {}, 3);
    await queue.ask('long too', {}, 3);
    await queue.ask('short', {}, 1);
    const started: string[] = [];
    for (let index = 0; index < 4; index++) {
      await queue.leave(queue.inside[0] ?? '');
      started.push(...queue.inside);
    }
    expect(started).toEqual(['long', 'long too', 'short', 'end']);
  });
});
