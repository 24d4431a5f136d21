import util from 'node:util';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { Binding } from './binding/binding.ts';
import type { CoreApi } from './c-api/core.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

/** Numbers of threads. Sums are split over threads, so another number changes results by rounding errors. */
export interface ThreadOptions {
  /** The number of threads that share the work of one op. */
  readonly intraOpThreads: number;
  /** The number of single ops that run in parallel: 1 by default. A session has its own number. */
  readonly interOpThreads?: number;
}

const SETUP = 'Run `npx pipeline setup` in the folder of the pipeline';

let loaded: { readonly threads: string; readonly result: Promise<Result<TensorFlow>> } | undefined;

/**
 * Loads TensorFlow into this process, once. TensorFlow reads its settings when its library is loaded.
 *
 * @returns a problem if the library cannot be loaded.
 * @throws if this process has already loaded TensorFlow with other numbers of threads.
 */
export function loadTensorFlow(options: ThreadOptions): Promise<Result<TensorFlow>> {
  const interOpThreads = options.interOpThreads ?? 1;
  const threads = `${options.intraOpThreads} intra-op and ${interOpThreads} inter-op threads`;
  if (loaded === undefined) {
    process.env['TF_NUM_INTRAOP_THREADS'] = String(options.intraOpThreads);
    process.env['TF_NUM_INTEROP_THREADS'] = String(interOpThreads);
    // By default TensorFlow decides by the CPU model, so rounding would differ between machines. On is 1.8 times
    // faster. A stage can declare the variable to turn it off.
    process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
    // The thread that starts an op does its share of it instead of waiting. Sums are split as before.
    process.env['TF_ONEDNN_THREADPOOL_USE_CALLER_THREAD'] = '1';
    // On a GPU, TensorFlow takes kernels that repeat their results. A stage can declare the variable to turn this off.
    process.env['TF_DETERMINISTIC_OPS'] ??= '1';
    // Without it, sessions that ask for XLA get it on GPUs only.
    process.env['TF_XLA_FLAGS'] ??= '--tf_xla_cpu_global_jit';
    // Only errors: hints about CPU instructions and the registration of GPU plug-ins are noise.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    loaded = { threads, result: importBinding() };
  } else if (loaded.threads !== threads) {
    throw new Error(`This process has loaded TensorFlow with ${loaded.threads}, cannot change to ${threads}.`);
  }
  return loaded.result;
}

async function importBinding(): Promise<Result<TensorFlow>> {
  restoreRemovedUtil();
  const noDeprecation = process.noDeprecation ?? false;
  // node-pre-gyp, which locates the addon, uses the deprecated `punycode` and `url.parse`.
  process.noDeprecation = true;
  try {
    const { default: tf } = await import('@tensorflow/tfjs-node-gpu');
    // Otherwise it runs on its package's own addon, which `pipeline setup` has replaced.
    if (hasCoreApi(tf.backend())) return success(tf);
    return problem('TensorFlow was not set up by this version of pipeline', { advice: `${SETUP}.` });
  } catch (error) {
    return problem(`TensorFlow could not be loaded: ${firstLine(error)}`, {
      advice: `${SETUP}; \`npx pipeline doctor\` shows what is installed.`,
    });
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Returns the C API of a loaded TensorFlow. */
export function coreApiOf(tf: TensorFlow): CoreApi {
  return bindingOf(tf).core;
}

/** Returns the number of GPUs that a loaded TensorFlow has found. */
export function gpuCountOf(tf: TensorFlow): number {
  return bindingOf(tf).gpuCount;
}

function bindingOf(tf: TensorFlow): OwnBinding {
  const backend = tf.backend();
  if (!hasCoreApi(backend)) throw new Error('TensorFlow was not loaded by loadTensorFlow.');
  return backend.binding;
}

type OwnBinding = Pick<Binding, 'core' | 'gpuCount'>;

function hasCoreApi(backend: object): backend is { readonly binding: OwnBinding } {
  const { binding } = backend as { readonly binding?: object };
  return binding !== undefined && 'core' in binding;
}

/** Restores functions that tfjs-node calls and Node 23 removed. */
function restoreRemovedUtil(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.trim() ?? '';
}
