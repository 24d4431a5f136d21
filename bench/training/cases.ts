/** The numbers of classes of FashionAI's eight tasks. */
export const CLASSES = [8, 5, 5, 5, 10, 6, 6, 9];

export interface TrainingCase {
  readonly backbone: string;
  /** Height and width of the images, in pixels. */
  readonly size: number;
  readonly batch: number;
  /** The number of steps to measure after warm-up. */
  readonly steps: number;
}

export const CASES: readonly Omit<TrainingCase, 'steps'>[] = [
  { backbone: 'inception-resnet-v2', size: 160, batch: 8 },
  { backbone: 'inception-resnet-v2', size: 299, batch: 8 },
  { backbone: 'nasnet-large', size: 160, batch: 8 },
  { backbone: 'small-cnn', size: 64, batch: 32 },
];

/** The measurements of one process. */
export interface Measured {
  /** Milliseconds from the start of the process to the end of the first step. */
  readonly first: number;
  /** Milliseconds of each step. */
  readonly steps: readonly number[];
  /** Milliseconds of each prediction. */
  readonly predictions: readonly number[];
  /** Peak memory of the training, in MiB. */
  readonly peak: number;
}
