/** What JavaScript and Node look up themselves: to await a value, to write it as JSON, to print it. */
const LOOKED_UP = ['then', 'toJSON', 'href', 'protocol'];

/**
 * Hands out the paths of inputs and outputs by name, and notices undeclared names: what Node says of a path that is
 * `undefined` names neither the output nor the mistake.
 */
export class DeclaredPaths {
  #mistake: string | undefined;

  /** Returns what names the undeclared input or output that the stage has last looked for; nothing if it has not. */
  get mistake(): string | undefined {
    return this.#mistake;
  }

  /** Returns the same paths. Only their prototype is special, so that they can be sent to a worker. */
  of<Paths extends object>(kind: 'input' | 'output', paths: Paths, declared: readonly string[]): Paths {
    const get = (target: object, name: string | symbol): unknown => {
      const isDeclared = typeof name === 'symbol' || name in target || declared.includes(name);
      if (!isDeclared && !LOOKED_UP.includes(name)) {
        const known = declared.length === 0 ? 'none' : declared.map((each) => `"${each}"`).join(', ');
        this.#mistake = `the stage declares no ${kind} "${name}"; it declares ${known}`;
      }
      return Reflect.get(target, name);
    };
    return Object.setPrototypeOf({ ...paths }, new Proxy({}, { get })) as Paths;
  }
}
