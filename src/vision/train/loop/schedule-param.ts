import type { FromSchema } from '../../../shared/schema-type.ts';
import { choice } from '../choice-params.ts';
import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  oneCycleSchedule,
  type Schedule,
  stepSchedule,
} from './schedules.ts';

const finalRate = {
  description: 'The learning rate at the last step; 0 by default.',
  type: 'number',
  minimum: 0,
} as const;

const properties = {
  constant: {
    description: 'The same rate in all steps, or a slowly falling one.',
    type: 'object',
    properties: {
      decay: {
        description:
          'The rate t steps after the warm-up is learning_rate / (1 + decay · t); 0 by default, which keeps it constant.',
        type: 'number',
        minimum: 0,
      },
    },
    additionalProperties: false,
  },
  cosine: {
    description: 'Half a cosine, from `learning_rate` down to the last step.',
    type: 'object',
    properties: { final_learning_rate: finalRate },
    additionalProperties: false,
  },
  cosine_restarts: {
    description: 'Half a cosine several times, each from `learning_rate` down; the last one ends with the training.',
    type: 'object',
    properties: {
      cycles: { description: 'How often; 3 by default.', type: 'integer', minimum: 1, maximum: 1000 },
      growth: {
        description: 'Each time takes this times as many steps as the time before; 1 by default.',
        type: 'number',
        minimum: 1,
        maximum: 1000,
      },
      final_learning_rate: { ...finalRate, description: 'The lowest learning rate; 0 by default.' },
    },
    additionalProperties: false,
  },
  exponential: {
    description: 'The rate is multiplied by `decay_rate` every `decay_steps` steps.',
    type: 'object',
    properties: {
      decay_rate: { description: 'The factor; 0.96 by default.', type: 'number', exclusiveMinimum: 0, maximum: 1 },
      decay_steps: { description: 'The number of steps; 1000 by default.', type: 'integer', minimum: 1 },
    },
    additionalProperties: false,
  },
  linear: {
    description: 'A line from `learning_rate` down to the last step.',
    type: 'object',
    properties: { final_learning_rate: finalRate },
    additionalProperties: false,
  },
  one_cycle: {
    description: 'Half a cosine up to `learning_rate`, and another one down to the last step.',
    type: 'object',
    properties: {
      rise: {
        description: 'The share of the steps in which the rate grows; 0.3 by default.',
        type: 'number',
        minimum: 0,
        maximum: 1,
      },
      initial_learning_rate: {
        description: 'The rate at the first step; learning_rate / 25 by default.',
        type: 'number',
        minimum: 0,
      },
      final_learning_rate: {
        ...finalRate,
        description: 'The rate at the last step; initial_learning_rate / 10000 by default.',
      },
    },
    additionalProperties: false,
  },
  step: {
    description: 'The rate is multiplied by `factor` at each of the steps `boundaries`.',
    type: 'object',
    properties: {
      boundaries: {
        description: 'Steps since the end of the warm-up.',
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        minItems: 1,
        uniqueItems: true,
      },
      factor: { description: 'The factor; 0.1 by default.', type: 'number', minimum: 0 },
    },
    required: ['boundaries'],
    additionalProperties: false,
  },
} as const;

/** The schema of the param `schedule`: a name, or a name with the params that this schedule has. */
export const scheduleParam = {
  description:
    'The learning rate schedule, which says how the rate changes from step to step: `constant`, `cosine`, ' +
    '`cosine_restarts`, `exponential`, `linear`, `one_cycle`, or with params, as `{ cosine: { final_learning_rate: 1.0e-6 } }` ' +
    'or `{ step: { boundaries: [500, 800] } }`. With `accumulate`, its steps are updates of the weights.',
  anyOf: [
    {
      description:
        'Use constant, cosine, cosine_restarts, exponential, linear, one_cycle, { cosine: { final_learning_rate: 1.0e-6 } } ' +
        'or { step: { boundaries: [500, 800] } }.',
      type: 'string',
      pattern: '^(constant|cosine|cosine_restarts|exponential|linear|one_cycle)$',
    },
    { ...choice, description: 'Use one schedule, as in { cosine: { final_learning_rate: 1.0e-6 } }.', properties },
  ],
  default: 'constant',
} as const;

/** Returns the schedule that the param `schedule` stands for. */
export function scheduleOf(given: FromSchema<typeof scheduleParam>): Schedule {
  const isNamed = typeof given === 'string';
  const {
    constant,
    cosine,
    cosine_restarts: restarts,
    exponential,
    linear,
    one_cycle: cycle,
    step,
  } = isNamed ? {} : given;
  switch (isNamed ? given : Object.keys(given)[0]) {
    case 'cosine':
      return cosineSchedule({ finalLearningRate: cosine?.final_learning_rate });
    case 'cosine_restarts': {
      const { cycles, growth, final_learning_rate: finalLearningRate } = restarts ?? {};
      return cosineRestartsSchedule({ cycles, growth, finalLearningRate });
    }
    case 'exponential':
      return exponentialSchedule({ decayRate: exponential?.decay_rate, decaySteps: exponential?.decay_steps });
    case 'linear':
      return linearSchedule({ finalLearningRate: linear?.final_learning_rate });
    case 'one_cycle': {
      const { rise, initial_learning_rate: initialLearningRate, final_learning_rate: finalLearningRate } = cycle ?? {};
      return oneCycleSchedule({ rise, initialLearningRate, finalLearningRate });
    }
    case 'step':
      return stepSchedule({ boundaries: [], ...step });
    default:
      return constantSchedule({ decay: constant?.decay });
  }
}
