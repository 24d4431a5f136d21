import type { CoreApi } from '../c-api/core.ts';
import type { EagerApi } from '../c-api/eager.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked } from '../c-api/status.ts';
import {
  createStrings,
  createTensor,
  freeStrings,
  type NativeValues,
  readStrings,
  readTensor,
  TensorType,
} from '../c-api/tensors.ts';
import { findDevices } from './device.ts';

/** What TensorFlow.js is told of a tensor. */
export interface TensorDescription {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

type Values = ArrayBufferView & { readonly length: number };

/** The tensors that TensorFlow.js knows by a number, on the device on which ops run. */
export class EagerTensors {
  /** TensorFlow's context of ops. */
  readonly context: Pointer;
  /** The number of GPUs that TensorFlow has found. Ops run on the first one, or else on the CPU. */
  readonly gpuCount: number;
  readonly #c: CoreApi;
  readonly #eager: EagerApi;
  readonly #device: string;
  readonly #handles = new Map<number, Pointer>();
  #next = 0;

  constructor(c: CoreApi, eager: EagerApi) {
    this.#c = c;
    this.#eager = eager;
    const options = eager.newContextOptions();
    this.context = checked(c, (status) => eager.newContext(options, status));
    eager.deleteContextOptions(options);
    const devices = findDevices(c, eager, this.context);
    const gpus = devices.filter(({ isGpu }) => isGpu);
    const device = gpus[0] ?? devices[0];
    if (device === undefined) throw new Error('TensorFlow has found no device.');
    this.#device = device.name;
    this.gpuCount = gpus.length;
  }

  get isOnGpu(): boolean {
    return this.gpuCount > 0;
  }

  get count(): number {
    return this.#handles.size;
  }

  /** Creates a tensor from a typed array, or from the bytes of strings, and returns its ID. */
  create(shape: readonly number[], dtype: number, values: Values | readonly Uint8Array[]): number {
    const handle = this.#handleOf(this.#tensorOf(shape, dtype, values));
    // Kernels on a GPU want integers in the host's memory.
    if (!this.isOnGpu || dtype === TensorType.int32 || dtype === TensorType.string) return this.#add(handle);
    const copied = checked(this.#c, (status) => this.#eager.copyToDevice(handle, this.context, this.#device, status));
    this.#eager.deleteHandle(handle);
    return this.#add(copied);
  }

  /** Returns a copy of the values of a tensor; of strings, their bytes. */
  read(id: number): NativeValues | Uint8Array[] {
    const isText = this.#eager.handleType(this.find(id)) === TensorType.string;
    return this.#withTensor(id, (tensor): NativeValues | Uint8Array[] =>
      isText ? readStrings(this.#c, tensor) : readTensor(this.#c, tensor),
    );
  }

  /** Frees a tensor. */
  delete(id: number): void {
    const handle = this.find(id);
    if (this.#eager.handleType(handle) === TensorType.string)
      this.#withTensor(id, (tensor) => freeStrings(this.#c, tensor));
    this.#eager.deleteHandle(handle);
    this.#handles.delete(id);
  }

  /** Returns TensorFlow's handle of a tensor. */
  find(id: number): Pointer {
    const handle = this.#handles.get(id);
    if (handle === undefined) throw new Error(`There is no tensor ${id}.`);
    return handle;
  }

  /** Returns a new tensor on the host with the values of a tensor. The caller deletes it. */
  resolve(id: number): Pointer {
    return checked(this.#c, (status) => this.#eager.resolveHandle(this.find(id), status));
  }

  /** Takes over a tensor on the host. */
  adopt(tensor: Pointer): TensorDescription {
    return this.describe(this.#handleOf(tensor));
  }

  /** Takes over a handle. */
  describe(handle: Pointer): TensorDescription {
    const shape = checked(this.#c, (status) =>
      Array.from({ length: this.#eager.handleRank(handle, status) }, (_, index) =>
        Number(this.#eager.handleDimension(handle, index, status)),
      ),
    );
    return { id: this.#add(handle), shape, dtype: this.#eager.handleType(handle) };
  }

  #add(handle: Pointer): number {
    this.#handles.set(this.#next, handle);
    return this.#next++;
  }

  #tensorOf(shape: readonly number[], dtype: number, values: Values | readonly Uint8Array[]): Pointer {
    if (!ArrayBuffer.isView(values)) return createStrings(this.#c, shape, values);
    // TensorFlow would read beyond values that are too short. An int64 is given as two int32.
    const expected = shape.reduce((product, length) => product * length, dtype === TensorType.int64 ? 2 : 1);
    if (values.length !== expected)
      throw new Error(`A tensor of the shape [${shape}] has ${expected} values, got ${values.length}.`);
    return createTensor(this.#c, dtype, shape, values);
  }

  #handleOf(tensor: Pointer): Pointer {
    try {
      return checked(this.#c, (status) => this.#eager.newHandle(tensor, status));
    } finally {
      this.#c.deleteTensor(tensor);
    }
  }

  #withTensor<Value>(id: number, use: (tensor: Pointer) => Value): Value {
    const tensor = this.resolve(id);
    try {
      return use(tensor);
    } finally {
      this.#c.deleteTensor(tensor);
    }
  }
}
