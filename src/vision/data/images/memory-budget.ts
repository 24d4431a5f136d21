/** Lets as much be done at once as fits into so many bytes: what comes first goes first, and what is too large alone. */
export class MemoryBudget {
  readonly #bytes: number;
  #taken = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  async use<Value>(wanted: number, work: () => Promise<Value>): Promise<Value> {
    const bytes = Math.min(wanted, this.#bytes);
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#taken -= bytes;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken + next.bytes > this.#bytes) return;
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.start();
    }
  }
}

/** What images that are just decoded or encoded may take, should they have to be whole: progressive, interlaced, turned. */
export const imageMemory = new MemoryBudget(768 << 20);
