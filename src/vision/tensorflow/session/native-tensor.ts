import { DataType, type TensorValues } from '../trace/data-type.ts';
import type { CLibrary, Pointer } from './c-library.ts';

/** Creates a tensor in TensorFlow's memory with a copy of the values. */
export function createTensor(
  c: CLibrary,
  { dtype, shape }: { readonly dtype: DataType; readonly shape: readonly number[] },
  values: TensorValues,
): Pointer {
  const tensor = c.allocateTensor(dtype, BigInt64Array.from(shape, BigInt), shape.length, values.byteLength);
  if (values.byteLength > 0) c.copy(c.tensorData(tensor), values, values.byteLength);
  return tensor;
}

/** Returns a copy of a tensor's values. */
export function readTensor(c: CLibrary, tensor: Pointer): TensorValues {
  const bytes = Number(c.tensorBytes(tensor));
  const values = emptyValues(c.tensorType(tensor), bytes);
  if (bytes > 0) c.copy(values, c.tensorData(tensor), bytes);
  return values;
}

function emptyValues(dtype: number, bytes: number): TensorValues {
  switch (dtype) {
    case DataType.float32:
      return new Float32Array(bytes / 4);
    case DataType.int32:
      return new Int32Array(bytes / 4);
    case DataType.uint8:
    case DataType.bool:
      return new Uint8Array(bytes);
    default:
      throw new Error(`A session does not return values of TensorFlow's data type ${dtype}.`);
  }
}
