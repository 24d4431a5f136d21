import util from 'node:util';
import { problem, type Result, success } from '../../shared/problem.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

/** Sums are split over the threads, so another number of them gives other last digits: pin both. */
export interface ThreadOptions {
  /** Threads that share the work of one op. */
  readonly intraOpThreads: number;
  /** Ops that run at the same time: 1 unless told, since with 2 a traced graph has no fixed outcome. */
  readonly interOpThreads?: number;
}

let loaded: { readonly threads: string; readonly result: Promise<Result<TensorFlow>> } | undefined;

/**
 * Loads TensorFlow into this process, once: TensorFlow reads its settings when its library is opened.
 *
 * @throws when the process has loaded it with other numbers of threads, which cannot be changed any more.
 */
export function loadTensorFlow(options: ThreadOptions): Promise<Result<TensorFlow>> {
  const interOpThreads = options.interOpThreads ?? 1;
  const threads = `${options.intraOpThreads} intra-op and ${interOpThreads} inter-op threads`;
  if (loaded === undefined) {
    process.env['TF_NUM_INTRAOP_THREADS'] = String(options.intraOpThreads);
    process.env['TF_NUM_INTEROP_THREADS'] = String(interOpThreads);
    // Otherwise TensorFlow looks at the CPU to decide, and rounding differs from machine to machine. On: 1.8 times faster.
    process.env['TF_ENABLE_ONEDNN_OPTS'] = '1';
    // Leaves errors alone: hints about CPU instructions and the order in which GPU plug-ins register are noise.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    loaded = { threads, result: importBinding() };
  } else if (loaded.threads !== threads) {
    throw new Error(`TensorFlow runs with ${loaded.threads} in this process; asked for ${threads}.`);
  }
  return loaded.result;
}

async function importBinding(): Promise<Result<TensorFlow>> {
  restoreRemovedUtil();
  const noDeprecation = process.noDeprecation ?? false;
  // node-pre-gyp, by which the package finds its addon, still uses `punycode` and `url.parse`.
  process.noDeprecation = true;
  try {
    const module = await import('@tensorflow/tfjs-node-gpu');
    return success(module.default);
  } catch (error) {
    return problem(`TensorFlow could not be loaded: ${firstLine(error)}`, {
      advice: 'Run `npx pipeline setup` in the folder of the pipeline; `npx pipeline doctor` shows what is installed.',
    });
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** tfjs-node calls what Node 22 deprecates and Node 23 has no more. */
function restoreRemovedUtil(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.trim() ?? '';
}
