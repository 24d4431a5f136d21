import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';

/** The address of an object of TensorFlow. */
export type Pointer = bigint;

/**
 * The stack of a call, in bytes. TensorFlow optimizes graphs by recursion on the calling thread, which overflows the
 * 128 KiB that koffi gives to asynchronous calls.
 */
const STACK_SIZE = 8 * 2 ** 20;

/** The names of the library: in a wheel, and in the archive that the installer of tfjs-node downloads. */
const NAMES = ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'];

/**
 * Opens TensorFlow's shared library. Called once a process, and before anything else uses koffi.
 *
 * @param directory the directory of the library, by the name by which TensorFlow shall look for CUDA beside it.
 * @throws if there is none.
 */
export function openLibrary(directory: string): LibraryHandle {
  const file = NAMES.map((name) => path.join(directory, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`There is no TensorFlow library in ${directory}.`);
  // A session makes one call at a time, so one stack is kept.
  koffi.config({ sync_stack_size: STACK_SIZE, async_stack_size: STACK_SIZE, resident_async_pools: 1 });
  const level = Number(process.env['TF_CPP_MIN_LOG_LEVEL'] ?? 0);
  const load = () => koffi.load(file, { global: true });
  const library = level > 0 ? withoutStderr(load) : load();
  keepLoaded(file);
  if (level > 0) setLogLevel(library, level);
  return library;
}

/**
 * TensorFlow's C library logs while it is loaded, whatever `TF_CPP_MIN_LOG_LEVEL` says, which only its Python package reads.
 * Why a library cannot be loaded is thrown, not logged.
 */
function withoutStderr<Value>(work: () => Value): Value {
  const c = koffi.load(null);
  const [duplicate, replace] = [c.func('int dup(int)'), c.func('int dup2(int, int)')];
  const [stderr, nowhere] = [duplicate(2), openSync('/dev/null', 'w')];
  replace(nowhere, 2);
  try {
    return work();
  } finally {
    replace(stderr, 2);
    closeSync(stderr);
    closeSync(nowhere);
  }
}

/** `absl::SetMinLogLevel` of the version of Abseil in TensorFlow 2.21. */
const SET_LOG_LEVEL = '_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE';

function setLogLevel(library: LibraryHandle, level: number): void {
  let set: (level: number) => void;
  try {
    set = library.func(SET_LOG_LEVEL, 'void', ['int']);
  } catch {
    // Another version of TensorFlow, which prints what it wants.
    return;
  }
  set(level);
}

const RTLD_NOW = 2;

/**
 * Refers to the library once more. Otherwise koffi unloads it when the process ends, while TensorFlow's threads still run
 * in it.
 */
function keepLoaded(file: string): void {
  koffi.load(null).func('void *dlopen(str file, int mode)')(file, RTLD_NOW);
}
