/** Lets a limited number of actions run at the same time; the others wait for their turn. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<Value>(action: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** Runs an action for each item. After a failure none starts any more; it rejects once those that run have ended. */
  async each<Item, Value>(
    items: readonly Item[],
    action: (item: Item, index: number) => Promise<Value>,
  ): Promise<Value[]> {
    const values: Value[] = [];
    const errors: unknown[] = [];
    await Promise.all(
      items.map((item, index) =>
        this.use(async () => {
          if (errors.length > 0) return;
          try {
            values[index] = await action(item, index);
          } catch (error) {
            errors.push(error);
          }
        }),
      ),
    );
    if (errors.length > 0) throw errors[0];
    return values;
  }
}
