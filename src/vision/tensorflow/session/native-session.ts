import type { CoreApi } from '../c-api/core.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked, checkedAsync } from '../c-api/status.ts';
import { createTensor, readTensor } from '../c-api/tensors.ts';
import type { DataType, TensorValues } from '../trace/data-type.ts';
import { configProto, type SessionOptions } from './config-proto.ts';

/** A value for a placeholder. */
export interface Feed {
  readonly node: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: TensorValues;
}

/** A run whose feeds are already in TensorFlow's memory. Either of the methods is called, once. */
export interface PreparedRun<Values> {
  /**
   * Computes, off the main thread. A run that is started while another one is under way waits for it.
   *
   * @throws TensorFlow's error, for example if memory is exhausted.
   */
  run(): Promise<Values>;
  /** Frees the feeds without computing anything. */
  discard(): void;
}

/** A graph that is loaded into TensorFlow. */
export interface NativeSession {
  /**
   * Prepares a run that computes nodes: copies the feeds.
   *
   * @param fetches the nodes whose values are returned, in this order.
   * @param targets nodes that are computed, but not returned.
   */
  prepare(
    feeds: readonly Feed[],
    fetches: readonly string[],
    targets: readonly string[],
  ): PreparedRun<readonly TensorValues[]>;
  /** Frees the graph and its variables, as soon as no run is under way. */
  close(): Promise<void>;
}

/** The arrays that TensorFlow is using: only JavaScript's garbage collector knows when nothing else refers to them. */
const running = new Set<readonly BigUint64Array[]>();

/** The arguments of a run: addresses of operations and tensors. */
type NativeRun = Readonly<Record<'inputs' | 'fed' | 'results' | 'others', BigUint64Array>>;

/** The number of 64-bit words of a `TF_Output`: the address of an operation, and an index. */
const WORDS_PER_OUTPUT = 2;

/**
 * Loads a graph into TensorFlow, through its C API: TensorFlow.js' own sessions block JavaScript and take no settings.
 *
 * @param definition a serialized `GraphDef`.
 * @throws TensorFlow's error if the graph is invalid.
 */
export function openNativeSession(
  c: CoreApi,
  definition: Uint8Array,
  options: Required<SessionOptions>,
): NativeSession {
  const graph = importGraph(c, definition);
  const session = startSession(c, graph, options);
  const operations = new Map<string, Pointer>();
  const operation = (node: string): Pointer => {
    const found = operations.get(node) ?? c.operationByName(graph, node);
    if (found === null) throw new Error(`The graph has no node "${node}".`);
    operations.set(node, found);
    return found;
  };
  const outputs = (nodes: readonly string[]) => {
    const words = new BigUint64Array(nodes.length * WORDS_PER_OUTPUT);
    nodes.forEach((node, index) => {
      words[index * WORDS_PER_OUTPUT] = operation(node);
    });
    return words;
  };

  async function compute({ inputs, fed, results, others }: NativeRun) {
    const fetched = new BigUint64Array(results.length / WORDS_PER_OUTPUT);
    const held = [inputs, fed, results, fetched, others];
    running.add(held);
    try {
      await checkedAsync(c, (status, done) =>
        c.runSession.async(
          ...([session, null] as const),
          ...([inputs, fed, fed.length] as const),
          ...([results, fetched, fetched.length] as const),
          ...([others, others.length] as const),
          ...([null, status, done] as const),
        ),
      );
      return Array.from(fetched, (tensor) => readTensor(c, tensor) as TensorValues);
    } finally {
      running.delete(held);
      for (const tensor of [...fed, ...fetched]) if (tensor !== 0n) c.deleteTensor(tensor);
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Value>(work: () => Value | Promise<Value>): Promise<Value> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    prepare(feeds, fetches, targets) {
      const prepared = {
        inputs: outputs(feeds.map(({ node }) => node)),
        fed: BigUint64Array.from(feeds, (feed) => createTensor(c, feed.dtype, feed.shape, feed.values)),
        results: outputs(fetches),
        others: BigUint64Array.from(targets, operation),
      };
      return {
        run: () => inOrder(() => compute(prepared)),
        discard() {
          for (const tensor of prepared.fed) c.deleteTensor(tensor);
        },
      };
    },
    close: () =>
      inOrder(() => {
        checked(c, (status) => c.closeSession(session, status));
        checked(c, (status) => c.deleteSession(session, status));
        c.deleteGraph(graph);
      }),
  };
}

function importGraph(c: CoreApi, definition: Uint8Array): Pointer {
  const graph = c.newGraph();
  const buffer = c.newBuffer(definition, definition.byteLength);
  const options = c.newImportOptions();
  try {
    checked(c, (status) => c.importGraph(graph, buffer, options, status));
    return graph;
  } catch (error) {
    c.deleteGraph(graph);
    throw error;
  } finally {
    c.deleteImportOptions(options);
    c.deleteBuffer(buffer);
  }
}

function startSession(c: CoreApi, graph: Pointer, options: Required<SessionOptions>): Pointer {
  const sessionOptions = c.newSessionOptions();
  const config = configProto(options);
  try {
    checked(c, (status) => c.setConfig(sessionOptions, config, config.byteLength, status));
    return checked(c, (status) => c.newSession(graph, sessionOptions, status));
  } finally {
    c.deleteSessionOptions(sessionOptions);
  }
}
