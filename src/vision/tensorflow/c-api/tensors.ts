import type { CoreApi } from './core.ts';
import type { Pointer } from './library.ts';

/** TensorFlow's numbers for data types (enum `TF_DataType`). */
export const TensorType = {
  float: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  resource: 20,
} as const;

/** Values of a tensor, row-major. */
export type NativeValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The bytes of a `TF_TString`. */
const STRING_BYTES = 24;

/** Creates a tensor in TensorFlow's memory with a copy of the values. */
export function createTensor(c: CoreApi, dtype: number, shape: readonly number[], values: ArrayBufferView): Pointer {
  const tensor = c.allocateTensor(dtype, BigInt64Array.from(shape, BigInt), shape.length, values.byteLength);
  if (values.byteLength > 0) c.copy(c.tensorData(tensor), values, values.byteLength);
  return tensor;
}

/** Creates a tensor of strings. */
export function createStrings(c: CoreApi, shape: readonly number[], values: readonly Uint8Array[]): Pointer {
  const dimensions = BigInt64Array.from(shape, BigInt);
  const tensor = c.allocateTensor(TensorType.string, dimensions, shape.length, values.length * STRING_BYTES);
  const data = c.tensorData(tensor);
  values.forEach((bytes, index) => {
    const at = data + BigInt(index * STRING_BYTES);
    c.initString(at);
    c.copyString(at, bytes, bytes.byteLength);
  });
  return tensor;
}

/** Returns a copy of a tensor's values. A handle of a resource is returned as its bytes. */
export function readTensor(c: CoreApi, tensor: Pointer): NativeValues {
  const bytes = Number(c.tensorBytes(tensor));
  const values = emptyValues(c.tensorType(tensor), bytes);
  if (bytes > 0) c.copy(values, c.tensorData(tensor), bytes);
  return values;
}

/** Returns copies of the strings of a tensor. */
export function readStrings(c: CoreApi, tensor: Pointer): Uint8Array[] {
  return stringsOf(c, tensor).map((at) => {
    const bytes = new Uint8Array(Number(c.stringLength(at)));
    if (bytes.length > 0) c.copy(bytes, c.stringData(at), bytes.length);
    return bytes;
  });
}

/** Frees what the strings of a tensor refer to: deleting the tensor does not. */
export function freeStrings(c: CoreApi, tensor: Pointer): void {
  for (const at of stringsOf(c, tensor)) c.deallocateString(at);
}

function stringsOf(c: CoreApi, tensor: Pointer): Pointer[] {
  const data = c.tensorData(tensor);
  const count = Number(c.tensorBytes(tensor)) / STRING_BYTES;
  return Array.from({ length: count }, (_, index) => data + BigInt(index * STRING_BYTES));
}

function emptyValues(dtype: number, bytes: number): NativeValues {
  switch (dtype) {
    case TensorType.float:
    case TensorType.complex64:
      return new Float32Array(bytes / 4);
    case TensorType.int32:
      return new Int32Array(bytes / 4);
    case TensorType.int64:
      return new BigInt64Array(bytes / 8);
    case TensorType.uint8:
    case TensorType.bool:
    case TensorType.resource:
      return new Uint8Array(bytes);
    default:
      throw new Error(`Values of TensorFlow's data type ${dtype} cannot be read.`);
  }
}
