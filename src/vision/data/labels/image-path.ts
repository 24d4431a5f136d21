import type { Split } from '../tables/task.ts';

const path = { type: 'string', pattern: '^[^*]*\\*[^*]*$' } as const;
const ofSplit = { description: 'Where the images of this split are.', ...path } as const;

/** The schema of the param that says where the images are that label files name. */
export const imagePathParam = {
  description:
    'Where the images are that a table or a COCO file names, relative to the root of the data set: `images/*.jpg`, where ' +
    '`*` stands for the name. For each split: `{ train: "train/*", validation: "val/*" }`. By default the names are paths.',
  anyOf: [
    { description: 'Use a path with one *, as images/*.jpg.', ...path },
    {
      description: 'Use a path with one * for each split, as { train: "train/*", validation: "val/*" }.',
      type: 'object',
      properties: { train: ofSplit, validation: ofSplit, test: ofSplit },
      minProperties: 1,
      additionalProperties: false,
    },
  ],
} as const;

/** A path with `*`, or one for each split. */
export type ImagePath = string | { readonly [Name in Split]?: string };

/** Returns the path of an image that a label file names. */
export function imagePathOf(name: string, path: ImagePath | undefined, split: Split | undefined): string {
  const pattern = typeof path === 'object' ? path[split ?? 'train'] : path;
  return pattern === undefined ? name : pattern.replace('*', () => name);
}
