import type { Augmentation } from './augmentations/augmentation.ts';

const choice = { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: false } as const;

// JSON Schema fills in no defaults within `anyOf`: `trainOptions` does.

/** The schema of the param `optimizer`: a name, or a name with the params that this optimizer has. */
export const optimizerParam = {
  description:
    'The optimizer, with the update rule of the Keras optimizer of the same name: `adam`, `sgd`, or with params, as ' +
    '`{ sgd: { momentum: 0.9, nesterov: true } }`.',
  anyOf: [
    {
      description: 'Use adam, sgd, or { sgd: { momentum: 0.9 } }.',
      type: 'string',
      pattern: '^(adam|sgd)$',
    },
    {
      ...choice,
      description: 'Use one optimizer, as in { sgd: { momentum: 0.9 } }.',
      properties: {
        adam: { description: 'Has no params.', type: 'object', properties: {}, additionalProperties: false },
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

/** The schema of the param `schedule`: a name, or a name with the params that this schedule has. */
export const scheduleParam = {
  description:
    'The learning rate schedule, which says how the rate changes from step to step: `constant`, `cosine`, ' +
    '`exponential`, or with params, as `{ cosine: { final_learning_rate: 1.0e-6 } }`.',
  anyOf: [
    {
      description: 'Use constant, cosine, exponential, or { cosine: { final_learning_rate: 1.0e-6 } }.',
      type: 'string',
      pattern: '^(constant|cosine|exponential)$',
    },
    {
      ...choice,
      description: 'Use one schedule, as in { cosine: { final_learning_rate: 1.0e-6 } }.',
      properties: {
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
          properties: {
            final_learning_rate: {
              description: 'The learning rate at the last step; 0 by default.',
              type: 'number',
              minimum: 0,
            },
          },
          additionalProperties: false,
        },
        exponential: {
          description: 'The rate is multiplied by `decay_rate` every `decay_steps` steps.',
          type: 'object',
          properties: {
            decay_rate: {
              description: 'The factor; 0.96 by default.',
              type: 'number',
              exclusiveMinimum: 0,
              maximum: 1,
            },
            decay_steps: { description: 'The number of steps; 1000 by default.', type: 'integer', minimum: 1 },
          },
          additionalProperties: false,
        },
      },
    },
  ],
  default: 'constant',
} as const;

/** The schema of the param `augment`. */
export const augmentParam = {
  description:
    "Data augmentation of the training images, as by Keras' ImageDataGenerator; `none` turns it off. What is not given " +
    'has its default.',
  anyOf: [
    { description: 'Use none, or a mapping such as { rotation_range: 10 }.', type: 'string', pattern: '^none$' },
    {
      type: 'object',
      properties: {
        horizontal_flip: {
          description:
            'Whether to flip half of the images horizontally, chosen at random; `true` by default. Wrong for classes ' +
            'that differ by left and right, and for text and digits.',
          type: 'boolean',
        },
        rotation_range: {
          description: 'The maximum rotation in degrees, in either direction; 20 by default.',
          type: 'number',
          minimum: 0,
          maximum: 180,
        },
        zoom_range: {
          description: 'Each axis is zoomed by a random factor between 1 − this and 1 + this; 0.2 by default.',
          type: 'number',
          minimum: 0,
          exclusiveMaximum: 1,
        },
      },
      additionalProperties: false,
    },
  ],
  default: {},
} as const;

/** The same if the module of the stage gives the augmentations, which leaves nothing to choose. */
const augmentInModule = {
  description: 'Leave it out: the module of the stage gives the augmentations.',
  enum: ['module'],
  default: 'module',
} as const;

/** Returns the schema of the param `augment` of a stage with these augmentations, or without any of its own. */
export function augmentParamWith(augmentations: readonly Augmentation[] | undefined) {
  return augmentations === undefined ? augmentParam : augmentInModule;
}
