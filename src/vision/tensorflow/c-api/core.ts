import koffi, { type LibraryHandle } from 'koffi';
import type { Pointer } from './library.ts';

/** Arguments of `TF_SessionRun`. Inputs and outputs are pairs of an operation and an index. */
type RunArguments = [
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
];

/**
 * Functions of TensorFlow's C API for graphs, sessions and tensors, as declared in `tensorflow/c/c_api.h`. Arrays are
 * typed arrays, which the function reads or fills in place. A function that can fail sets the status.
 */
export interface CoreApi {
  version(): string;
  newStatus(): Pointer;
  deleteStatus(status: Pointer): void;
  statusCode(status: Pointer): number;
  statusMessage(status: Pointer): string;
  newGraph(): Pointer;
  deleteGraph(graph: Pointer): void;
  /** Returns null if the graph has no such node. */
  operationByName(graph: Pointer, name: string): Pointer | null;
  importGraph(graph: Pointer, definition: Pointer, options: Pointer, status: Pointer): void;
  newImportOptions(): Pointer;
  deleteImportOptions(options: Pointer): void;
  newBuffer(bytes: Uint8Array, length: number): Pointer;
  deleteBuffer(buffer: Pointer): void;
  newSessionOptions(): Pointer;
  deleteSessionOptions(options: Pointer): void;
  setConfig(options: Pointer, config: Uint8Array, bytes: number, status: Pointer): void;
  newSession(graph: Pointer, options: Pointer, status: Pointer): Pointer;
  loadSavedModel(
    options: Pointer,
    runOptions: null,
    directory: string,
    tags: readonly string[],
    tagCount: number,
    graph: Pointer,
    metaGraph: null,
    status: Pointer,
  ): Pointer;
  closeSession(session: Pointer, status: Pointer): void;
  deleteSession(session: Pointer, status: Pointer): void;
  runSession: {
    (...args: RunArguments): void;
    /** On a thread of its own. The arrays must be kept until `done` is called. */
    async(...args: [...RunArguments, done: (error: Error | null) => void]): void;
  };
  allocateTensor(dtype: number, shape: BigInt64Array, rank: number, bytes: number): Pointer;
  deleteTensor(tensor: Pointer): void;
  tensorType(tensor: Pointer): number;
  tensorData(tensor: Pointer): Pointer;
  tensorBytes(tensor: Pointer): number;
  initString(at: Pointer): void;
  copyString(at: Pointer, bytes: Uint8Array, length: number): void;
  deallocateString(at: Pointer): void;
  stringData(at: Pointer): Pointer;
  stringLength(at: Pointer): number;
  /** `memcpy`. One of the two is a typed array, the other the address of a tensor's data. */
  copy(to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number): void;
}

/** Declares the functions. */
export function coreApi(library: LibraryHandle): CoreApi {
  const c = (prototype: string) => library.func(prototype);
  return {
    version: c('str TF_Version()'),
    newStatus: c('void *TF_NewStatus()'),
    deleteStatus: c('void TF_DeleteStatus(void *status)'),
    statusCode: c('int TF_GetCode(void *status)'),
    statusMessage: c('str TF_Message(void *status)'),
    newGraph: c('void *TF_NewGraph()'),
    deleteGraph: c('void TF_DeleteGraph(void *graph)'),
    operationByName: c('void *TF_GraphOperationByName(void *graph, str name)'),
    importGraph: c('void TF_GraphImportGraphDef(void *graph, void *definition, void *options, void *status)'),
    newImportOptions: c('void *TF_NewImportGraphDefOptions()'),
    deleteImportOptions: c('void TF_DeleteImportGraphDefOptions(void *options)'),
    newBuffer: c('void *TF_NewBufferFromString(const void *bytes, size_t length)'),
    deleteBuffer: c('void TF_DeleteBuffer(void *buffer)'),
    newSessionOptions: c('void *TF_NewSessionOptions()'),
    deleteSessionOptions: c('void TF_DeleteSessionOptions(void *options)'),
    setConfig: c('void TF_SetConfig(void *options, const void *config, size_t bytes, void *status)'),
    newSession: c('void *TF_NewSession(void *graph, void *options, void *status)'),
    loadSavedModel: c(
      'void *TF_LoadSessionFromSavedModel(void *options, void *runOptions, str directory, const char **tags, ' +
        'int tagCount, void *graph, void *metaGraph, void *status)',
    ),
    closeSession: c('void TF_CloseSession(void *session, void *status)'),
    deleteSession: c('void TF_DeleteSession(void *session, void *status)'),
    runSession: c(
      'void TF_SessionRun(void *session, void *runOptions, const void *inputs, const void *inputTensors, ' +
        'int inputCount, const void *outputs, void *outputTensors, int outputCount, const void *targets, ' +
        'int targetCount, void *metadata, void *status)',
    ),
    allocateTensor: c('void *TF_AllocateTensor(int dtype, const void *shape, int rank, size_t bytes)'),
    deleteTensor: c('void TF_DeleteTensor(void *tensor)'),
    tensorType: c('int TF_TensorType(void *tensor)'),
    tensorData: c('void *TF_TensorData(void *tensor)'),
    tensorBytes: c('size_t TF_TensorByteSize(void *tensor)'),
    initString: c('void TF_StringInit(void *at)'),
    copyString: c('void TF_StringCopy(void *at, const void *bytes, size_t length)'),
    deallocateString: c('void TF_StringDealloc(void *at)'),
    stringData: c('void *TF_StringGetDataPointer(void *at)'),
    stringLength: c('size_t TF_StringGetSize(void *at)'),
    copy: koffi.load(null).func('void *memcpy(void *to, const void *from, size_t bytes)'),
  };
}
