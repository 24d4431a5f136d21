import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import koffi from 'koffi';
import { readInstalled } from '../runtime-facts.ts';

/** The address of an object of TensorFlow. */
export type Pointer = bigint;

/**
 * The functions of TensorFlow's C API that a session needs, as declared in `tensorflow/c/c_api.h`. Arrays are passed as
 * typed arrays, which the function reads or fills in place. A function that can fail sets the status.
 */
export interface CLibrary {
  newStatus(): Pointer;
  deleteStatus(status: Pointer): void;
  statusCode(status: Pointer): number;
  statusMessage(status: Pointer): string;
  newGraph(): Pointer;
  deleteGraph(graph: Pointer): void;
  /** Returns null if the graph has no such node. */
  operationByName(graph: Pointer, name: string): Pointer | null;
  newSessionOptions(): Pointer;
  deleteSessionOptions(options: Pointer): void;
  setConfig(options: Pointer, config: Uint8Array, bytes: number, status: Pointer): void;
  importGraph(graph: Pointer, definition: Pointer, options: Pointer, status: Pointer): void;
  newImportOptions(): Pointer;
  deleteImportOptions(options: Pointer): void;
  newBuffer(bytes: Uint8Array, length: number): Pointer;
  deleteBuffer(buffer: Pointer): void;
  newSession(graph: Pointer, options: Pointer, status: Pointer): Pointer;
  closeSession(session: Pointer, status: Pointer): void;
  deleteSession(session: Pointer, status: Pointer): void;
  /** On a thread of its own. Inputs and outputs are pairs of an operation and an index. */
  runSession: AsyncFunction<
    [
      session: Pointer,
      runOptions: null,
      inputs: BigUint64Array,
      inputTensors: BigUint64Array,
      inputCount: number,
      outputs: BigUint64Array,
      outputTensors: BigUint64Array,
      outputCount: number,
      targets: BigUint64Array,
      targetCount: number,
      metadata: null,
      status: Pointer,
    ]
  >;
  allocateTensor(dtype: number, shape: BigInt64Array, rank: number, bytes: number): Pointer;
  deleteTensor(tensor: Pointer): void;
  tensorType(tensor: Pointer): number;
  tensorData(tensor: Pointer): Pointer;
  tensorBytes(tensor: Pointer): number;
  /** Copies memory. One of the two is a typed array, the other the address of a tensor's data. */
  copy(to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number): void;
}

interface AsyncFunction<Arguments extends unknown[]> {
  async(...args: [...Arguments, done: (error: Error | null) => void]): void;
}

let opened: CLibrary | undefined;

/** Opens the library that TensorFlow.js has loaded into this process. */
export function openCLibrary(): CLibrary {
  opened ??= declareFunctions(libraryFile());
  return opened;
}

function libraryFile(): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  const { library = path.join(folder, 'deps', 'lib') } = readInstalled(folder);
  // The first is that of the wheel, the second that of the archive which the package's own installer downloads.
  const names = ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'];
  const files = names.map((name) => path.join(library, name));
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`There is no TensorFlow library in ${library}.`);
  return file;
}

/** The stack of the thread that calls TensorFlow, in bytes: graphs are optimized by recursion. koffi's 128 KiB overflow. */
const STACK_SIZE = 8 * 2 ** 20;

function declareFunctions(file: string): CLibrary {
  // One run at a time, so one stack is kept.
  koffi.config({ async_stack_size: STACK_SIZE, resident_async_pools: 1 });
  const library = koffi.load(file, { global: true });
  const c = (prototype: string) => library.func(prototype);
  return {
    newStatus: c('void *TF_NewStatus()'),
    deleteStatus: c('void TF_DeleteStatus(void *status)'),
    statusCode: c('int TF_GetCode(void *status)'),
    statusMessage: c('str TF_Message(void *status)'),
    newGraph: c('void *TF_NewGraph()'),
    deleteGraph: c('void TF_DeleteGraph(void *graph)'),
    operationByName: c('void *TF_GraphOperationByName(void *graph, str name)'),
    newSessionOptions: c('void *TF_NewSessionOptions()'),
    deleteSessionOptions: c('void TF_DeleteSessionOptions(void *options)'),
    setConfig: c('void TF_SetConfig(void *options, const void *config, size_t bytes, void *status)'),
    importGraph: c('void TF_GraphImportGraphDef(void *graph, void *definition, void *options, void *status)'),
    newImportOptions: c('void *TF_NewImportGraphDefOptions()'),
    deleteImportOptions: c('void TF_DeleteImportGraphDefOptions(void *options)'),
    newBuffer: c('void *TF_NewBufferFromString(const void *bytes, size_t length)'),
    deleteBuffer: c('void TF_DeleteBuffer(void *buffer)'),
    newSession: c('void *TF_NewSession(void *graph, void *options, void *status)'),
    closeSession: c('void TF_CloseSession(void *session, void *status)'),
    deleteSession: c('void TF_DeleteSession(void *session, void *status)'),
    runSession: c(
      'void TF_SessionRun(void *session, void *runOptions, const void *inputs, const void *inputTensors, int inputCount, ' +
        'const void *outputs, void *outputTensors, int outputCount, const void *targets, int targetCount, ' +
        'void *metadata, void *status)',
    ),
    allocateTensor: c('void *TF_AllocateTensor(int dtype, const void *shape, int rank, size_t bytes)'),
    deleteTensor: c('void TF_DeleteTensor(void *tensor)'),
    tensorType: c('int TF_TensorType(void *tensor)'),
    tensorData: c('void *TF_TensorData(void *tensor)'),
    tensorBytes: c('size_t TF_TensorByteSize(void *tensor)'),
    copy: koffi.load(null).func('void *memcpy(void *to, const void *from, size_t bytes)'),
  };
}
