import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { CoreApi } from '../c-api/core.ts';
import type { EagerApi } from '../c-api/eager.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked } from '../c-api/status.ts';

/** TensorFlow's numbers for the types of attributes (enum `TF_AttrType`). */
export const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** Sets an attribute of an op, as TensorFlow.js describes it: a value, or a list of numbers. */
export function setAttribute(c: CoreApi, eager: EagerApi, op: Pointer, { name, type, value }: TFEOpAttr): void {
  const list = Array.isArray(value) ? (value as readonly number[]) : undefined;
  switch (type) {
    case AttributeType.string: {
      const bytes = Buffer.from(String(value));
      eager.setString(op, name, bytes, bytes.byteLength);
      break;
    }
    case AttributeType.int:
      if (list === undefined) eager.setInt(op, name, Number(value));
      else eager.setInts(op, name, BigInt64Array.from(list, BigInt), list.length);
      break;
    case AttributeType.float:
      if (list === undefined) eager.setFloat(op, name, Number(value));
      else eager.setFloats(op, name, Float32Array.from(list), list.length);
      break;
    case AttributeType.bool:
      if (list === undefined) eager.setBool(op, name, Number(Boolean(value)));
      else eager.setBools(op, name, Uint8Array.from(list, Number), list.length);
      break;
    case AttributeType.type:
      eager.setType(op, name, Number(value));
      break;
    case AttributeType.shape: {
      const dimensions = BigInt64Array.from(list ?? [], BigInt);
      checked(c, (status) => eager.setShape(op, name, dimensions, dimensions.length, status));
      break;
    }
    default:
      throw new Error(`The attribute "${name}" has an unknown type, ${type}.`);
  }
}
