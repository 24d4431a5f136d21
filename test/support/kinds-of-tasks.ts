import type { HeadTask } from '../../src/vision/heads/head.ts';

/** A task for each kind of labels, each with the built-in head. */
export const KINDS_OF_TASKS: readonly HeadTask[] = [
  { name: 'colour', classes: 3, class_names: ['red', 'green', '<b>blue</b>'] },
  { name: 'tags', kind: 'classes', classes: 4, class_names: ['cat', 'dog', 'bird', 'fish'] },
  { name: 'length', kind: 'ordered', classes: 3, class_names: ['short', 'knee', 'long'] },
  { name: 'size', kind: 'numbers', classes: 2, fitted: { mean: [10, 5], deviation: [1, 0.5] } },
];
