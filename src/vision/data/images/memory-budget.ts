/**
 * Limits concurrent work to a number of bytes. Work starts in the order of the calls; work that needs more than the whole
 * budget runs alone.
 */
export class MemoryBudget {
  readonly #bytes: number;
  #taken = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Runs `work`, which needs `wanted` bytes, as soon as they are free. Rejects with what `work` throws. */
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

/**
 * 768 MiB for the images that are being decoded or encoded. Progressive, interlaced and rotated images have to be in memory
 * as a whole.
 */
export const imageMemory = new MemoryBudget(768 << 20);
