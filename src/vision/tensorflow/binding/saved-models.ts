import type { CoreApi } from '../c-api/core.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked } from '../c-api/status.ts';

/** The SavedModels that are loaded into this process. */
export class SavedModels {
  readonly #c: CoreApi;
  readonly #loaded = new Map<number, { readonly session: Pointer; readonly graph: Pointer }>();
  #next = 0;

  constructor(c: CoreApi) {
    this.#c = c;
  }

  get count(): number {
    return this.#loaded.size;
  }

  /** Loads the SavedModel in `directory`, with the given tags, and returns its ID. */
  load(directory: string, tags: readonly string[]): number {
    const c = this.#c;
    const graph = c.newGraph();
    const options = c.newSessionOptions();
    try {
      const session = checked(c, (status) =>
        c.loadSavedModel(options, null, directory, tags, tags.length, graph, null, status),
      );
      this.#loaded.set(this.#next, { session, graph });
      return this.#next++;
    } catch (error) {
      c.deleteGraph(graph);
      throw error;
    } finally {
      c.deleteSessionOptions(options);
    }
  }

  /** Frees a SavedModel. */
  delete(id: number): void {
    const { session, graph } = this.#find(id);
    checked(this.#c, (status) => this.#c.deleteSession(session, status));
    this.#c.deleteGraph(graph);
    this.#loaded.delete(id);
  }

  /** Computes outputs, named as `node:index`, from inputs. Returns new tensors. */
  run(id: number, inputs: ReadonlyMap<string, Pointer>, outputs: readonly string[]): Pointer[] {
    const { session, graph } = this.#find(id);
    const results = new BigUint64Array(outputs.length);
    const [feeds, fetches] = [this.#outputs(graph, [...inputs.keys()]), this.#outputs(graph, outputs)];
    const tensors = BigUint64Array.from(inputs.values());
    checked(this.#c, (status) =>
      this.#c.runSession(
        ...([session, null, feeds, tensors, tensors.length] as const),
        ...([fetches, results, results.length, new BigUint64Array(), 0, null, status] as const),
      ),
    );
    return [...results];
  }

  #find(id: number) {
    const found = this.#loaded.get(id);
    if (found === undefined) throw new Error(`There is no SavedModel ${id}.`);
    return found;
  }

  /** Each output takes two words: the address of its operation, and its index. */
  #outputs(graph: Pointer, names: readonly string[]): BigUint64Array {
    return BigUint64Array.from(
      names.flatMap((name) => {
        const [node = '', index = '0'] = name.split(':');
        const operation = this.#c.operationByName(graph, node);
        if (operation === null) throw new Error(`The SavedModel has no node "${node}".`);
        return [operation, BigInt(index)];
      }),
    );
  }
}
