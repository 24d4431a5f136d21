import type { Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { addPrediction, predictBy } from '../../predict/predictor.ts';
import { bytesToFloats } from '../../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { createProgram, type EntryPoint, type Program } from '../../tensorflow/trace/program.ts';
import { createGraphOptimizer, optimizerRate } from '../optimizers/create-optimizer.ts';
import type { GraphOptimizer } from '../optimizers/optimizer.ts';
import { isIdentity, randomTransforms } from './augmentation.ts';
import { clipGradients } from './clip-gradients.ts';
import { l2Penalty } from './l2-penalty.ts';
import { targetValues } from './target-masks.ts';
import { computeGradientsOn } from './towers.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

type StepInput = 'images' | 'transforms' | 'target' | 'headMask' | 'key' | 'rate';
type StepEntry = EntryPoint<StepInput, 'loss' | 'probabilities'>;

/** Creates a trainer that runs each step as one TensorFlow graph. The weights stay in the graph from step to step. */
export async function createGraphTrainer(tf: TensorFlow, options: TrainerOptions): Promise<Trainer> {
  const { model, height, width, layout, augmentation, batchSizes } = options;
  const program = createProgram(tf, options.session);
  for (const weight of model.weights) program.variable(weight.read() as Variable);
  const trainable = model.trainableWeights.map((weight) => program.variable(weight.read() as Variable));
  const optimizer = createGraphOptimizer(tf, options.optimizer, trainable, program.state);
  const steps = new Map(batchSizes.training.map((count) => [count, addStep(tf, program, options, optimizer, count)]));
  const prediction = addPrediction(tf, program, model, { height, width, batchSize: batchSizes.prediction });
  const penalty = program.entry('l2_penalty', {}, () => ({ l2: l2Penalty(tf, model, options.l2) }));
  const session = await program.load();

  return {
    async step({ images, ...labels }, at, learningRate) {
      const count = labels.taskOf.length;
      const entry = steps.get(count);
      if (entry === undefined) throw new Error(`The graph was not traced for a batch size of ${count}.`);
      const { loss, probabilities } = await session.run(entry, {
        images,
        transforms: randomTransforms(augmentation, count, { height, width }, at),
        ...targetValues(layout, labels, options.targets),
        key: Int32Array.of(at.seed, at.step),
        rate: Float32Array.of(optimizerRate(options.optimizer, learningRate, at.updates)),
      });
      return { loss: loss[0] ?? Number.NaN, probabilities: probabilities as Float32Array };
    },
    probabilities: (images, count) => predictBy(session, prediction, images, count),
    l2Penalty: async () => (await session.run(penalty, {})).l2[0] ?? 0,
    async state() {
      const { variables, states } = await session.read();
      return { weights: variables, optimizer: states };
    },
    restore: ({ weights, optimizer: states }) => session.write({ variables: weights, states }),
    async updateModel() {
      const { variables } = await session.read();
      tf.tidy(() => {
        variables.forEach((values, index) => {
          const weight = model.weights[index]?.read() as Variable;
          weight.assign(tf.tensor(values, weight.shape));
        });
      });
    },
    dispose: () => session.dispose(),
  };
}

/** Traces a training step for a batch of `count` images. */
function addStep(
  tf: TensorFlow,
  program: Program,
  options: TrainerOptions,
  optimizer: GraphOptimizer,
  count: number,
): StepEntry {
  const { model, height, width, layout, augmentation } = options;
  const matrix = { dtype: 'float32', shape: [count, layout.totalClasses] } as const;
  const inputs = {
    images: { dtype: 'uint8', shape: [count, height, width, 3] },
    transforms: { dtype: 'float32', shape: [count, 8] },
    target: matrix,
    headMask: matrix,
    key: { dtype: 'int32', shape: [2] },
    rate: { dtype: 'float32', shape: [] },
  } as const;
  return program.entry(`step_${count}`, inputs, (fed, tracing) => {
    const { loss, probabilities, gradients } = computeGradientsOn(
      tf,
      options.devices ?? [''],
      tracing.onDevice,
      model,
      {
        pixels: bytesToFloats(tf, fed.images) as Tensor4D,
        transforms: isIdentity(augmentation) ? undefined : (fed.transforms as Tensor2D),
        target: fed.target as Tensor2D,
        headMask: fed.headMask as Tensor2D,
        key: fed.key as Tensor1D,
      },
      options.l2,
    );
    const rates = gradients.map((_, index) => tf.mul(fed.rate, options.rateFactors?.[index] ?? 1));
    optimizer.update(tracing, clipGradients(tf, gradients, options.clip ?? {}), rates);
    return { loss, probabilities };
  });
}
