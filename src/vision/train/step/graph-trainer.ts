import type { Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { addPrediction, predictBy } from '../../predict/predictor.ts';
import { bytesToFloats } from '../../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { createProgram, type EntryPoint, type GraphVariable, type Program } from '../../tensorflow/trace/program.ts';
import { augment, drawNumbers, drawnNumbers } from '../augmentations/augment.ts';
import { l2Penalty } from './l2-penalty.ts';
import { createLossScale, type LossScale } from './loss-scale.ts';
import { targetValues } from './target-tensors.ts';
import { computeGradientsOn } from './towers.ts';
import { type Trainer, type TrainerOptions, trainedWeights, updateNumbers } from './trainer.ts';
import { allFinite, createWeightUpdates, type UpdateScalars, type WeightUpdates } from './weight-updates.ts';

type StepInput = 'images' | 'drawn' | 'target' | 'weight' | 'key' | keyof UpdateScalars;
type StepEntry = EntryPoint<StepInput, 'loss' | 'outputs'>;

const SCALAR = { dtype: 'float32', shape: [] } as const;

/** Creates a trainer that runs each step as one TensorFlow graph. The weights stay in the graph from step to step. */
export async function createGraphTrainer(tf: TensorFlow, options: TrainerOptions): Promise<Trainer> {
  const { model, height, width, layout, augmentations = [], batchSizes } = options;
  const program = createProgram(tf, options.session);
  for (const weight of model.weights) program.variable(weight.read() as Variable);
  const trained = trainedWeights(options, program.variable);
  const updates = createWeightUpdates(tf, trained, options, program.state);
  const lossScale = options.session?.precision === 'mixed_float16' ? createLossScale(tf, program) : undefined;
  const steps = new Map(
    batchSizes.training.map((count) => [count, addStep(tf, program, options, { updates, lossScale }, count)]),
  );
  const prediction = addPrediction(tf, program, model, { height, width, batchSize: batchSizes.prediction });
  const penalty = program.entry('l2_penalty', {}, () => ({ l2: l2Penalty(tf, model, options.l2) }));
  const swap = options.ema && program.entry('swap_averages', {}, (_, tracing) => updates.swapAverages(tracing) ?? {});
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
      ...scalarsOf(updateNumbers(options.optimizer, at, learningRate)),
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
    predict: (images, count) => predictBy(session, prediction, images, count),
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
    async swapAverages() {
      if (swap !== undefined) await session.run(swap, {});
    },
    dispose: () => session.dispose(),
  };
}

/** Traces a training step for a batch of `count` images. */
function addStep(
  tf: TensorFlow,
  program: Program,
  options: TrainerOptions,
  { updates, lossScale }: { readonly updates: WeightUpdates<GraphVariable>; readonly lossScale: LossScale | undefined },
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
    ...{ learningRate: SCALAR, rate: SCALAR, update: SCALAR, share: SCALAR, isLast: SCALAR },
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
    const finite = lossScale && allFinite(tf, gradients);
    updates.apply(tracing, gradients, fed, finite);
    if (finite !== undefined) lossScale?.adapt(tracing, finite);
    return { loss, outputs };
  });
}

function scalarsOf(numbers: Readonly<Record<keyof UpdateScalars, number>>): Record<keyof UpdateScalars, Float32Array> {
  const { learningRate, rate, update, share, isLast } = numbers;
  const of = (value: number) => Float32Array.of(value);
  return { learningRate: of(learningRate), rate: of(rate), update: of(update), share: of(share), isLast: of(isLast) };
}
