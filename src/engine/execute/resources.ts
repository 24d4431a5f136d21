/** Amounts of each resource: of a machine, or for a stage while it runs. */
export interface Amounts {
  readonly jobs: number;
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpu: number;
}

/** Resources that are allocated until they are given back. */
export interface Grant {
  /** The number of GPUs; no more than the machine has. */
  readonly gpus: number;
  giveBack(): void;
}

interface Waiting {
  readonly amounts: Amounts;
  readonly priority: number;
  /** How many requests that came later or have a lower priority have started before this one. */
  overtaken: number;
  readonly start: (grant: Grant) => void;
}

/** The order in which resources are reserved for a request that has waited long enough: the scarcest first. */
const SCARCEST_FIRST = ['gpu', 'memory', 'cpu', 'jobs'] as const;

/**
 * Allocates the resources of the machine. Waiting requests start in the order of their priority, then of their arrival.
 * A request that does not fit yet lets others overtake it, but at most as many as can run concurrently: after that, the
 * resources that it lacks are reserved for it. A request for more than the machine has gets all of it.
 */
export class ResourcePool {
  readonly #measure: () => Amounts;
  #machine: { readonly total: Amounts; free: Amounts } | undefined;
  /** In the order in which they will start. */
  readonly #waiting: Waiting[] = [];

  /** @param machine returns the resources of the machine; called when the first stage has to run. */
  constructor(machine: () => Amounts) {
    this.#measure = machine;
  }

  /** Waits until `wanted` is free. */
  async take(wanted: Amounts, priority = 0): Promise<Grant> {
    const amounts = combine(wanted, this.#known().total, Math.min);
    return new Promise((start) => {
      this.#enqueue({ amounts, priority, overtaken: 0, start });
      this.#startWhatFits();
    });
  }

  #known() {
    if (this.#machine === undefined) {
      const total = this.#measure();
      this.#machine = { total, free: total };
    }
    return this.#machine;
  }

  #enqueue(entry: Waiting): void {
    let index = this.#waiting.length;
    while (index > 0 && (this.#waiting[index - 1]?.priority ?? 0) < entry.priority) index--;
    this.#waiting.splice(index, 0, entry);
  }

  #startWhatFits(): void {
    const machine = this.#known();
    const passed: Waiting[] = [];
    const held = new Set<keyof Amounts>();
    for (let index = 0; index < this.#waiting.length && machine.free.jobs > 0 && machine.free.cpu > 0; ) {
      const entry = this.#waiting[index];
      if (entry === undefined) break;
      const lacking = SCARCEST_FIRST.find((kind) => entry.amounts[kind] > machine.free[kind]);
      if (lacking === undefined && !SCARCEST_FIRST.some((kind) => held.has(kind) && entry.amounts[kind] > 0)) {
        this.#waiting.splice(index, 1);
        for (const other of passed) other.overtaken++;
        this.#start(entry);
        continue;
      }
      passed.push(entry);
      if (lacking !== undefined && entry.overtaken >= machine.total.jobs) {
        const kinds = SCARCEST_FIRST.slice(0, SCARCEST_FIRST.indexOf(lacking) + 1);
        for (const kind of kinds) if (entry.amounts[kind] > 0) held.add(kind);
      }
      index++;
    }
  }

  #start({ amounts, start }: Waiting): void {
    const machine = this.#known();
    machine.free = combine(machine.free, amounts, (a, b) => a - b);
    start({
      gpus: amounts.gpu,
      giveBack: () => {
        machine.free = combine(machine.free, amounts, (a, b) => a + b);
        this.#startWhatFits();
      },
    });
  }
}

function combine(a: Amounts, b: Amounts, by: (a: number, b: number) => number): Amounts {
  return {
    jobs: by(a.jobs, b.jobs),
    cpu: by(a.cpu, b.cpu),
    memory: by(a.memory, b.memory),
    gpu: by(a.gpu, b.gpu),
  };
}
