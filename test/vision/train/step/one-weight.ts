import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, expect } from 'vitest';
import { createProgram } from '../../../../src/vision/tensorflow/trace/program.ts';
import type { ExecutionMode } from '../../../../src/vision/train/step/execution-mode.ts';
import { type StepPosition, updateNumbers } from '../../../../src/vision/train/step/trainer.ts';
import {
  allFinite,
  createWeightUpdates,
  immediateAccess,
  type WeightUpdatesOptions,
} from '../../../../src/vision/train/step/weight-updates.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

export const START = [1, -2, 3];
export const GRADIENTS = [
  [1e-4, 0.5, -2],
  [1e-4, 0.5, -1],
  [1e-4, 0.5, 0],
  [-2e-4, 1, 3],
];
const SCALAR = { dtype: 'float32', shape: [] } as const;
const VECTOR = { dtype: 'float32', shape: [3] } as const;

type Access = (gradient: readonly number[], at: Pick<StepPosition, 'updates' | 'group'>) => Promise<void>;

interface Subject {
  /** Takes a step with a gradient. */
  readonly step: Access;
  readonly swapAverages: () => Promise<void>;
  readonly weight: () => Promise<number[]>;
}

const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

/** Prepares the updates of one weight, a kernel, with a learning rate of 0.01. */
export async function updatesOf(
  mode: ExecutionMode,
  options: WeightUpdatesOptions,
  { checksFinite = false } = {},
): Promise<Subject> {
  const variable = tf.variable(tf.tensor(START));
  const weight = { shape: [3], isKernel: true, rateFactor: 1 };
  const finite = (gradient: Tensor) => (checksFinite ? allFinite(tf, [gradient]) : undefined);
  const numbersAt = (at: Pick<StepPosition, 'updates' | 'group'>) =>
    updateNumbers(options.optimizer, { seed: 1, step: 0, ...at }, 0.01);
  if (mode === 'eager') {
    const updates = createWeightUpdates(tf, [{ ...weight, variable }], options, (shape) =>
      tf.variable(tf.zeros([...shape]), false),
    );
    return {
      step: async (gradient, at) =>
        tf.tidy(() => {
          const { learningRate, rate, update, share, isLast } = numbersAt(at);
          const given = tf.tensor([...gradient]);
          const scalars = {
            ...{ learningRate: tf.scalar(learningRate), rate: tf.scalar(rate), update: tf.scalar(update) },
            ...{ share: tf.scalar(share), isLast: tf.scalar(isLast) },
          };
          updates.apply(immediateAccess, [given], scalars, finite(given));
        }),
      swapAverages: async () => tf.tidy(() => updates.swapAverages(immediateAccess)),
      weight: async () => [...variable.dataSync()],
    };
  }
  const program = createProgram(tf);
  const updates = createWeightUpdates(
    tf,
    [{ ...weight, variable: program.variable(variable) }],
    options,
    program.state,
  );
  const inputs = {
    ...{ gradient: VECTOR, learningRate: SCALAR, rate: SCALAR, update: SCALAR, share: SCALAR, isLast: SCALAR },
  } as const;
  const step = program.entry('step', inputs, ({ gradient, ...scalars }, tracing) => {
    updates.apply(tracing, [gradient], scalars, finite(gradient));
    return {};
  });
  const swap = program.entry('swap', {}, (_, tracing) => {
    updates.swapAverages(tracing);
    return {};
  });
  const session = await program.load();
  ends.push(() => session.dispose());
  return {
    async step(gradient, at) {
      const { learningRate, rate, update, share, isLast } = numbersAt(at);
      const of = (...values: number[]) => Float32Array.from(values);
      await session.run(step, {
        ...{ gradient: of(...gradient), learningRate: of(learningRate), rate: of(rate), update: of(update) },
        ...{ share: of(share), isLast: of(isLast) },
      });
    },
    swapAverages: async () => void (await session.run(swap, {})),
    weight: async () => [...((await session.read()).variables[0] ?? [])],
  };
}

export const close = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => row.map((value) => expect.closeTo(value, 6)));

/** Returns the weight after each of the first gradients, of which `accumulate` belong to an update. */
export async function weightsAfter(
  { step, weight }: Subject,
  accumulate: number,
  gradients = GRADIENTS,
): Promise<number[][]> {
  const history: number[][] = [];
  for (const [index, gradient] of gradients.entries()) {
    const group = { share: 1 / accumulate, isLast: (index + 1) % accumulate === 0 };
    await step(gradient, { updates: Math.floor(index / accumulate), group });
    history.push(await weight());
  }
  return history;
}
