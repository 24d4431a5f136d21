/** TensorFlow's numbers for the data types that can occur in a traced graph (enum `DataType`). */
export const DataType = { float32: 1, int32: 3, uint8: 4, string: 7, int64: 9, bool: 10, resource: 20 } as const;

export type DataType = (typeof DataType)[keyof typeof DataType];

const KNOWN = new Set<number>(Object.values(DataType));

/** Returns the data type with TensorFlow's number; throws for a type that traced graphs do not support. */
export function toDataType(number: number): DataType {
  if (!KNOWN.has(number)) throw new Error(`Traced graphs do not support TensorFlow's data type ${number}.`);
  return number as DataType;
}

/** The values of a tensor, as exchanged with the binding. */
export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** Returns zeros for a tensor of `size` values; throws for strings and resources. */
export function zeroValues(dtype: DataType, size: number): TensorValues {
  switch (dtype) {
    case DataType.float32:
      return new Float32Array(size);
    case DataType.int32:
      return new Int32Array(size);
    // The binding represents an int64 by two int32.
    case DataType.int64:
      return new Int32Array(2 * size);
    case DataType.uint8:
    case DataType.bool:
      return new Uint8Array(size);
    case DataType.string:
    case DataType.resource:
      throw new Error('There is no zero for strings and resources.');
    default:
      return dtype satisfies never;
  }
}
