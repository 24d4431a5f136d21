/** What a stage occupies while it runs. */
export interface Amounts {
  readonly jobs: number;
  readonly cpu: number;
  readonly gpu: number;
}

/** Hands out what the machine has. Whoever fits goes first in the order of asking; more than there is means all. */
export class ResourcePool {
  readonly #total: Amounts;
  #free: Amounts;
  readonly #waiting: { readonly amounts: Amounts; readonly start: () => void }[] = [];

  constructor(total: Amounts) {
    this.#total = total;
    this.#free = total;
  }

  /** Waits until `wanted` is free, and returns how to give it back. */
  async take(wanted: Amounts): Promise<() => void> {
    const amounts = combine(wanted, this.#total, Math.min);
    await new Promise<void>((start) => {
      this.#waiting.push({ amounts, start });
      this.#startWhatFits();
    });
    return () => {
      this.#free = combine(this.#free, amounts, (a, b) => a + b);
      this.#startWhatFits();
    };
  }

  #startWhatFits(): void {
    for (const entry of [...this.#waiting]) {
      const left = combine(this.#free, entry.amounts, (a, b) => a - b);
      if (left.jobs < 0 || left.cpu < 0 || left.gpu < 0) continue;
      this.#free = left;
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.start();
    }
  }
}

function combine(a: Amounts, b: Amounts, by: (a: number, b: number) => number): Amounts {
  return { jobs: by(a.jobs, b.jobs), cpu: by(a.cpu, b.cpu), gpu: by(a.gpu, b.gpu) };
}
