import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Makes every ReLU and ReLU6 of this process use TensorFlow's gradient kernels `ReluGrad` and `Relu6Grad`.
 * TensorFlow.js composes these gradients of six ops over the whole feature map, which takes longer than the gradient of
 * the convolution.
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
