import type { Augmentation } from './augmentations/augmentation.ts';

/** The schema of a choice between several names of which each has params of its own. */
export const choice = { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: false } as const;

// JSON Schema fills in no defaults within `anyOf`: the functions that read these params do.

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

/** Returns the schema of a param for which the module of the stage gives a value, which leaves nothing to choose. */
export function givenInModule<const What extends string>(what: What) {
  return {
    description: `Leave it out: the module of the stage gives the ${what}.`,
    enum: ['module'],
    default: 'module',
  } as const;
}

/** Returns the schema of the param `augment` of a stage with these augmentations, or without any of its own. */
export function augmentParamWith(augmentations: readonly Augmentation[] | undefined) {
  return augmentations === undefined ? augmentParam : givenInModule('augmentations');
}
