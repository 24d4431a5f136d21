import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Lets every ReLU and ReLU6 of the process be differentiated by TensorFlow's one kernel for it. TensorFlow.js composes the
 * gradients of six ops over the whole feature map, which takes longer than the convolution's.
 */
export function useReluGradientKernels(tf: TensorFlow): void {
  for (const kernelName of ['Relu', 'Relu6']) {
    tf.registerGradient({
      kernelName,
      outputsToSave: [true],
      gradFunc: (dy, [output]) => ({
        x: () => {
          const { dx } = executeOp(tf, {
            name: `${kernelName}Grad`,
            attributes: { T: { type: 'float' } },
            inputs: [dy as Tensor, output as Tensor],
            outputs: ['dx'],
          });
          return dx;
        },
      }),
    });
  }
}
