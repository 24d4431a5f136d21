import type { FromSchema } from '../../../shared/schema-type.ts';
import { choice } from '../choice-params.ts';
import { adam, adamW } from './adam.ts';
import { lion } from './lion.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { decayedWeights } from './weight-decay.ts';

/** Returns the params of an optimizer with weight decay. */
const weightDecayParams = <Description extends string>(description: Description, byDefault: string) =>
  ({
    description,
    type: 'object',
    properties: {
      weight_decay: {
        description: `In each update, a weight loses this times the learning rate of its value; ${byDefault} by default.`,
        type: 'number',
        minimum: 0,
      },
      decayed: {
        description:
          'Which weights decay: `all` of them, as in Keras, or the `kernels` alone, and no biases, layer scales and ' +
          'weights of normalizations; `all` by default.',
        enum: decayedWeights,
      },
    },
    additionalProperties: false,
  }) as const;

/** The schema of the param `optimizer`: a name, or a name with the params that this optimizer has. */
export const optimizerParam = {
  description:
    'The optimizer, with the update rule of the Keras optimizer of the same name: `adam`, `adamw`, `lion`, `sgd`, or with ' +
    'params, as `{ sgd: { momentum: 0.9, nesterov: true } }`.',
  anyOf: [
    {
      description: 'Use adam, adamw, lion, sgd, or { sgd: { momentum: 0.9 } }.',
      type: 'string',
      pattern: '^(adam|adamw|lion|sgd)$',
    },
    {
      ...choice,
      description: 'Use one optimizer, as in { sgd: { momentum: 0.9 } }.',
      properties: {
        adam: { description: 'Has no params.', type: 'object', properties: {}, additionalProperties: false },
        adamw: weightDecayParams('Adam with decoupled weight decay.', '0.004'),
        lion: weightDecayParams(
          'Moves each weight by the sign of its momentum. Its learning rate is usually 3 to 10 times smaller than that of `adamw`.',
          '0',
        ),
        sgd: {
          description: 'Stochastic gradient descent.',
          type: 'object',
          properties: {
            momentum: {
              description: 'The momentum coefficient; 0 by default.',
              type: 'number',
              minimum: 0,
              exclusiveMaximum: 1,
            },
            nesterov: { description: 'Whether to use Nesterov momentum; `false` by default.', type: 'boolean' },
          },
          additionalProperties: false,
        },
      },
    },
  ],
  default: 'adam',
} as const;

/** The schema of the param `ema`. */
export const emaParam = {
  description:
    'Keeps an exponential moving average of each trainable weight, as `use_ema` of a Keras optimizer. Validation, early ' +
    'stopping and the saved model use the averages. Unset keeps none.',
  type: 'object',
  properties: {
    momentum: {
      description: 'The share that an average keeps in each update of the weights.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.99,
    },
  },
  additionalProperties: false,
} as const;

/** Returns the optimizer that the param `optimizer` stands for. */
export function optimizerOf(given: FromSchema<typeof optimizerParam>): Optimizer {
  const isNamed = typeof given === 'string';
  const { adamw, lion: ofLion, sgd: ofSgd } = isNamed ? {} : given;
  switch (isNamed ? given : Object.keys(given)[0]) {
    case 'adamw':
      return adamW({ weightDecay: adamw?.weight_decay, decayed: adamw?.decayed });
    case 'lion':
      return lion({ weightDecay: ofLion?.weight_decay, decayed: ofLion?.decayed });
    case 'sgd':
      return sgd(ofSgd);
    default:
      return adam();
  }
}
