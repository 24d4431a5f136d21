import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { type CoreApi, coreApi } from '../c-api/core.ts';
import { type EagerApi, eagerApi } from '../c-api/eager.ts';
import { openLibrary, type Pointer } from '../c-api/library.ts';
import { throwIfFailed } from '../c-api/status.ts';
import { TensorType } from '../c-api/tensors.ts';
import { EagerTensors, type TensorDescription } from './eager-tensors.ts';
import { AttributeType, setAttribute } from './op-attributes.ts';
import { SavedModels } from './saved-models.ts';

/** What TensorFlow.js calls of its addon, and TensorFlow's C API for sessions. */
export interface Binding extends Omit<TFJSBinding, 'createTensor' | 'tensorDataSync' | 'TensorMetadata' | 'TFEOpAttr'> {
  readonly core: CoreApi;
  /** The number of GPUs that TensorFlow has found. */
  readonly gpuCount: number;
  createTensor(...args: Parameters<EagerTensors['create']>): number;
  tensorDataSync(id: number): ReturnType<EagerTensors['read']>;
}

/**
 * Creates the binding that TensorFlow.js calls, on TensorFlow's C API. The addon of tfjs-node does the same, but would
 * have to be compiled on each machine.
 *
 * @param directory the directory of TensorFlow's library.
 */
export function createBinding(directory: string): Binding {
  const library = openLibrary(directory);
  const [c, eager] = [coreApi(library), eagerApi(library)];
  const tensors = new EagerTensors(c, eager);
  const models = new SavedModels(c);
  const status = c.newStatus();
  return {
    core: c,
    gpuCount: tensors.gpuCount,
    createTensor: (shape, dtype, values) => tensors.create(shape, dtype, values),
    deleteTensor: (id) => tensors.delete(id),
    tensorDataSync: (id) => tensors.read(id),
    executeOp: (name, attributes, inputs, outputCount) =>
      executeOp({ c, eager, tensors, status }, name, attributes, inputs, outputCount),
    loadSavedModel: (folder, tags) => models.load(folder, tags.split(',')),
    deleteSavedModel: (id) => models.delete(id),
    runSavedModel(id, inputs, inputNames, outputNames) {
      const names = inputNames.split(',').filter(Boolean);
      const fed = inputs.map((input) => tensors.resolve(input));
      try {
        const byName = new Map(names.map((name, index) => [name, fed[index] ?? 0n]));
        return models.run(id, byName, outputNames.split(',')).map((tensor) => tensors.adopt(tensor));
      } finally {
        for (const tensor of fed) c.deleteTensor(tensor);
      }
    },
    getNumOfSavedModels: () => models.count,
    getNumOfTensors: () => tensors.count,
    isUsingGpuDevice: () => tensors.isOnGpu,
    ...CONSTANTS,
    TF_Version: c.version(),
  };
}

interface Runtime {
  readonly c: CoreApi;
  readonly eager: EagerApi;
  readonly tensors: EagerTensors;
  /** Reused, since most ops take some microseconds. */
  readonly status: Pointer;
}

function executeOp(
  { c, eager, tensors, status }: Runtime,
  name: string,
  attributes: Parameters<TFJSBinding['executeOp']>[1],
  inputs: readonly number[],
  outputCount: number,
): TensorDescription[] {
  const op = eager.newOp(tensors.context, name, status);
  throwIfFailed(c, status);
  try {
    for (const id of inputs) {
      eager.addInput(op, tensors.find(id), status);
      throwIfFailed(c, status);
    }
    for (const attribute of attributes) setAttribute(c, eager, op, attribute);
    const outputs = new BigUint64Array(outputCount);
    const count = Int32Array.of(outputCount);
    eager.execute(op, outputs, count, status);
    throwIfFailed(c, status);
    return Array.from(outputs.subarray(0, count[0]), (handle) => tensors.describe(handle));
  } finally {
    eager.deleteOp(op);
  }
}

const CONSTANTS = {
  TF_FLOAT: TensorType.float,
  TF_INT32: TensorType.int32,
  TF_INT64: TensorType.int64,
  TF_BOOL: TensorType.bool,
  TF_COMPLEX64: TensorType.complex64,
  TF_STRING: TensorType.string,
  TF_RESOURCE: TensorType.resource,
  TF_UINT8: TensorType.uint8,
  TF_ATTR_STRING: AttributeType.string,
  TF_ATTR_INT: AttributeType.int,
  TF_ATTR_FLOAT: AttributeType.float,
  TF_ATTR_BOOL: AttributeType.bool,
  TF_ATTR_TYPE: AttributeType.type,
  TF_ATTR_SHAPE: AttributeType.shape,
  TF_ATTR_RESOURCE: TensorType.resource,
} as const;
