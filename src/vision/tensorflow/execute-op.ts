import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { TensorFlow } from './load.ts';

/** The value of an op's attribute, as in TensorFlow's `AttrValue`: `{ type: 'float' }`, `{ string: 'NHWC' }`. */
export type Attribute =
  | { readonly type: 'float' | 'int32' | 'uint8' }
  | { readonly string: string }
  | { readonly bool: boolean }
  | { readonly float: number };

export interface Operation<Output extends string> {
  /** The op's registered name, as in TensorFlow's raw ops. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly Tensor[];
  /** Names for the op's outputs, in order. */
  readonly outputs: readonly Output[];
}

/**
 * Runs an op of the TensorFlow runtime that TensorFlow.js has no function for.
 *
 * @returns the outputs by name. They belong to the current `tf.tidy` scope.
 * @throws TensorFlow's error if the op fails.
 */
export function executeOp<const Output extends string>(
  tf: TensorFlow,
  operation: Operation<Output>,
): Record<Output, Tensor> {
  const backend = nodeBackend(tf);
  const attributes = Object.entries(operation.attributes).map(([name, attribute]) =>
    opAttribute(backend, name, attribute),
  );
  const tensors = backend.executeMultipleOutputs(
    operation.name,
    attributes,
    [...operation.inputs],
    operation.outputs.length,
  );
  return Object.fromEntries(operation.outputs.map((name, index) => [name, tensors[index]])) as Record<Output, Tensor>;
}

/** Returns the Node backend, through which ops are run by name. */
export function nodeBackend(tf: TensorFlow): NodeJSKernelBackend {
  return tf.backend() as NodeJSKernelBackend;
}

function opAttribute({ binding }: NodeJSKernelBackend, name: string, attribute: Attribute): TFEOpAttr {
  if ('string' in attribute) return { name, type: binding.TF_ATTR_STRING, value: attribute.string };
  if ('bool' in attribute) return { name, type: binding.TF_ATTR_BOOL, value: attribute.bool };
  if ('float' in attribute) return { name, type: binding.TF_ATTR_FLOAT, value: attribute.float };
  const types = { float: binding.TF_FLOAT, int32: binding.TF_INT32, uint8: binding.TF_UINT8 };
  return { name, type: binding.TF_ATTR_TYPE, value: types[attribute.type] };
}
