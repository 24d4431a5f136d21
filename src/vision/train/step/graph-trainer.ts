import type { Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { addPrediction, predictBy } from '../../predict/predictor.ts';
import { bytesToFloats } from '../../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { createProgram, type EntryPoint, type Program } from '../../tensorflow/trace/program.ts';
import { augment, drawNumbers, drawnNumbers } from '../augmentations/augment.ts';
import { createGraphOptimizer, optimizerRate } from '../optimizers/create-optimizer.ts';
import type { GraphOptimizer } from '../optimizers/optimizer.ts';
import { clipGradients } from './clip-gradients.ts';
import { l2Penalty } from './l2-penalty.ts';
import { createLossScale, type LossScale } from './loss-scale.ts';
import { targetValues } from './target-tensors.ts';
import { computeGradientsOn } from './towers.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

type StepInput = 'images' | 'drawn' | 'target' | 'weight' | 'key' | 'rate';
type StepEntry = EntryPoint<StepInput, 'loss' | 'outputs'>;

/** Creates a trainer that runs each step as one TensorFlow graph. The weights stay in the graph from step to step. */
export async function createGraphTrainer(tf: TensorFlow, options: TrainerOptions): Promise<Trainer> {
  const { model, height, width, layout, augmentations = [], batchSizes } = options;
  const program = createProgram(tf, options.session);
  for (const weight of model.weights) program.variable(weight.read() as Variable);
  const trainable = model.trainableWeights.map((weight) => program.variable(weight.read() as Variable));
  const optimizer = createGraphOptimizer(tf, options.optimizer, trainable, program.state);
  const lossScale = options.session?.precision === 'mixed_float16' ? createLossScale(tf, program) : undefined;
  const steps = new Map(
    batchSizes.training.map((count) => [count, addStep(tf, program, options, { optimizer, lossScale }, count)]),
  );
  const prediction = addPrediction(tf, program, model, { height, width, batchSize: batchSizes.prediction });
  const penalty = program.entry('l2_penalty', {}, () => ({ l2: l2Penalty(tf, model, options.l2) }));
  const session = await program.load();

  const prepareStep: Trainer['prepareStep'] = ({ images, labels }, at, learningRate) => {
    const count = labels.length;
    const entry = steps.get(count);
    if (entry === undefined) throw new Error(`The graph was not traced for a batch size of ${count}.`);
    const prepared = session.prepare(entry, {
      images,
      drawn: drawNumbers(augmentations, count, { height, width }, at),
      ...targetValues(layout, labels, options.targets),
      key: Int32Array.of(at.seed, at.step),
      rate: Float32Array.of(optimizerRate(options.optimizer, learningRate, at.updates)),
    });
    return {
      ...prepared,
      async run() {
        const { loss, outputs } = await prepared.run();
        return { loss: loss[0] ?? Number.NaN, outputs: outputs as Float32Array };
      },
    };
  };

  return {
    prepareStep,
    step: async (...step) => prepareStep(...step).run(),
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
  { optimizer, lossScale }: { readonly optimizer: GraphOptimizer; readonly lossScale: LossScale | undefined },
  count: number,
): StepEntry {
  const { height, width, layout, augmentations = [], devices = [''] } = options;
  const matrix = { dtype: 'float32', shape: [count, layout.totalColumns] } as const;
  const inputs = {
    images: { dtype: 'uint8', shape: [count, height, width, 3] },
    drawn: { dtype: 'float32', shape: [count, drawnNumbers(augmentations)] },
    target: matrix,
    weight: matrix,
    key: { dtype: 'int32', shape: [2] },
    rate: { dtype: 'float32', shape: [] },
  } as const;
  return program.entry(`step_${count}`, inputs, (fed, tracing) => {
    const key = fed.key as Tensor1D;
    // Before the batch is split over the devices, since images of it may be mixed.
    const batch = tracing.onDevice(devices[0] ?? '', () =>
      augment(
        tf,
        augmentations,
        {
          pixels: bytesToFloats(tf, fed.images) as Tensor4D,
          targets: [{ target: fed.target as Tensor2D, weight: fed.weight as Tensor2D }],
        },
        { drawn: fed.drawn as Tensor2D, key },
      ),
    );
    const { loss, outputs, gradients } = computeGradientsOn(
      tf,
      devices,
      tracing.onDevice,
      options,
      { ...batch, key },
      { l2: options.l2, scale: lossScale?.value(tracing) },
    );
    const rates = gradients.map((_, index) => tf.mul(fed.rate, options.rateFactors?.[index] ?? 1));
    const update = () => optimizer.update(tracing, clipGradients(tf, gradients, options.clip ?? {}), rates);
    if (lossScale === undefined) update();
    else lossScale.adapt(tracing, gradients, update);
    return { loss, outputs };
  });
}
