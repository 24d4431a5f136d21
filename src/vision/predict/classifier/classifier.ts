import type { Problem, Result } from '../../../shared/problem.ts';
import type { LabelKind } from '../../data/tables/label-kind.ts';
import type { Heads } from '../../heads/head.ts';
import type { Backbones } from '../../models/backbones/backbone.ts';

/** What a model says about an image for a task, by the kind of the labels of the task. */
export type Answer = ClassAnswer | ClassesAnswer | NumbersAnswer;

/** For labels that are one class, also one of classes in order. */
export interface ClassAnswer {
  /** The name of the most probable class, or its index where classes have no names. */
  readonly class: string;
  /** The probability of each class, by its name. Their sum is 1, but for rounding errors. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** For labels that are any number of classes. */
export interface ClassesAnswer {
  /** The names of the classes whose probability reaches the threshold of the head, 0.5 by default. */
  readonly classes: readonly string[];
  /** The probability of each class, by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** For labels that are numbers. */
export interface NumbersAnswer {
  readonly numbers: readonly number[];
}

/** What a model says about an image, by the name of the task. */
export type Answers = Readonly<Record<string, Answer>>;

/** An image: the path of its file, or the content of one. JPEG, PNG, WebP, GIF, TIFF or AVIF, told by the content. */
export type ImageSource = string | Uint8Array;

/** The options of `loadClassifier`. */
export interface ClassifierOptions {
  /** Backbones besides the built-in ones, as they were given to the stage that trained the model. */
  readonly backbones?: Backbones;
  /** Heads besides the built-in ones, by task, as they were given to that stage. */
  readonly heads?: Heads;
  /**
   * The number of threads that share the work; the number of cores by default. It is the same for all classifiers of a
   * process. Another number changes the probabilities by rounding errors.
   */
  readonly threads?: number;
  /**
   * The largest number of images that are predicted at once, 16 by default. Graphs for smaller numbers are kept beside it:
   * 1 takes the least memory.
   */
  readonly batchSize?: number;
  /** The number of images that may wait, 256 by default; see `classify`. */
  readonly maxWaiting?: number;
  /** Images with more pixels are refused before they are decoded; 2^27 by default, and at most. */
  readonly maxPixels?: number;
}

/** The options of `classify`. */
export interface ClassifyOptions {
  /** Its reason is thrown when it is aborted. Images that wait are then forgotten. */
  readonly signal?: AbortSignal;
}

/** A model that is ready to classify images. */
export interface Classifier {
  /** The tasks of the model, the kinds of their labels, and the names of their classes, or of their numbers. */
  readonly tasks: readonly { readonly name: string; readonly kind: LabelKind; readonly classes: readonly string[] }[];
  /**
   * Classifies images for every task. Images of calls at the same time are predicted together. While more than
   * `maxWaiting` images wait, further calls are refused; a single call may have any number of images if none waits.
   *
   * @returns for each image, in order, the answers, or why it cannot be read or decoded.
   * @throws `QueueFull`, the reason of an aborted signal, or an error if the classifier has been disposed of.
   */
  classify(images: readonly ImageSource[], options?: ClassifyOptions): Promise<readonly Result<Answers>[]>;
  /** Frees the model, after the images that are being predicted. Other calls of `classify` are rejected. */
  dispose(): Promise<void>;
}

/** A model that cannot be loaded. The message names the file and says what to do. */
export class ClassifierError extends Error {
  override readonly name = 'ClassifierError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ message, at, advice }) => {
      const head = at === undefined ? message : `${at.file}: ${message}`;
      return advice === undefined ? head : `${head}\n→ ${advice}`;
    });
    super(lines.join('\n'));
    this.problems = problems;
  }
}
