/** How much of each resource: of a machine, or for a stage while it runs. */
export interface Amounts {
  readonly jobs: number;
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpu: number;
}

/** What was handed out, until it is given back. */
export interface Grant {
  /** How many GPUs: no more than there are. */
  readonly gpus: number;
  giveBack(): void;
}

interface Waiting {
  readonly amounts: Amounts;
  readonly priority: number;
  /** How many that came later, or matter less, went before. */
  overtaken: number;
  readonly start: (grant: Grant) => void;
}

/** Those that are hard to come by first: in this order they are held back for one who has waited long enough. */
const SCARCEST_FIRST = ['gpu', 'memory', 'cpu', 'jobs'] as const;

/**
 * Hands out what the machine has. Of those that wait the one with the highest priority goes first, then the one that
 * came first. Whoever doesn't fit yet lets others go before, but only as many as run at once: then what it lacks is
 * held back for it. More than there is means all there is.
 */
export class ResourcePool {
  readonly #look: () => Amounts;
  #machine: { readonly total: Amounts; free: Amounts } | undefined;
  /** In the order in which they are to start. */
  readonly #waiting: Waiting[] = [];

  /** `machine` is looked at when something has to run. */
  constructor(machine: () => Amounts) {
    this.#look = machine;
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
      const total = this.#look();
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
