import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Lets every ReLU of the process be differentiated by TensorFlow's one kernel for it. TensorFlow.js composes the gradient
 * of six ops over the whole feature map, which takes longer than the convolution's.
 */
export function useReluGradientKernel(tf: TensorFlow): void {
  tf.registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [output]) => ({
      x: () => {
        const { dx } = executeOp(tf, {
          name: 'ReluGrad',
          attributes: { T: { type: 'float' } },
          inputs: [dy as Tensor, output as Tensor],
          outputs: ['dx'],
        });
        return dx;
      },
    }),
  });
}
