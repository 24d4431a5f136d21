/** TensorFlow's numbers for the types of a tensor's values, those that a traced graph has. */
export const DataType = { float32: 1, int32: 3, uint8: 4, string: 7, int64: 9, bool: 10, resource: 20 } as const;

export type DataType = (typeof DataType)[keyof typeof DataType];

const KNOWN = new Set<number>(Object.values(DataType));

export function toDataType(number: number): DataType {
  if (!KNOWN.has(number)) throw new Error(`A traced graph has no tensors of TensorFlow's type ${number}.`);
  return number as DataType;
}

/** The values of a tensor as the binding takes and gives them. */
export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** Zeros for a tensor of `size` values. */
export function zeroValues(dtype: DataType, size: number): TensorValues {
  switch (dtype) {
    case DataType.float32:
      return new Float32Array(size);
    case DataType.int32:
      return new Int32Array(size);
    // The binding takes an int64 as two int32.
    case DataType.int64:
      return new Int32Array(2 * size);
    case DataType.uint8:
    case DataType.bool:
      return new Uint8Array(size);
    case DataType.string:
    case DataType.resource:
      throw new Error('A tensor of strings or resources has no zeros.');
    default:
      return dtype satisfies never;
  }
}
