import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Heads } from '../heads/head.ts';
import { headLayout } from '../heads/head-layout.ts';
import type { ModelFacts } from '../models/saved-model.ts';
import { answersFrom } from '../predict/classifier/answers.ts';
import type { Answers } from '../predict/classifier/classifier.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type Pixels, prepareImage } from './prepare-image.ts';

/** What is used of TensorFlow.js: the package `@tensorflow/tfjs` has it. */
export type BrowserTensorFlow = Pick<TensorFlow, 'loadLayersModel' | 'tensor4d' | 'tidy'>;

/** The options of `loadClassifier`. */
export interface BrowserClassifierOptions {
  /** Heads besides the built-in ones, by task, as they were given to the stage that trained the model. */
  readonly heads?: Heads;
}

/** A model that is ready to classify images in a browser. */
export interface BrowserClassifier {
  /** Returns what the model says about an image, by the name of the task. */
  classify(image: Pixels): Promise<Answers>;
  /** Frees the model. */
  dispose(): void;
}

/**
 * Loads a model by HTTP.
 *
 * @param tf TensorFlow.js, with the backend that is to be used.
 * @param folder the URL of the folder of the model: `./model`.
 * @throws an error that names the URL if a file cannot be loaded, or a head that is not given.
 */
export async function loadClassifier(
  tf: BrowserTensorFlow,
  folder: string,
  { heads }: BrowserClassifierOptions = {},
): Promise<BrowserClassifier> {
  const base = folder.replace(/\/*$/, '');
  const facts = await readFacts(`${base}/pipeline.json`);
  const layout = headLayout(facts.tasks, heads);
  const model = await tf.loadLayersModel(`${base}/model.json`);
  const { height, width } = facts;
  return {
    async classify(image) {
      const pixels = prepareImage(image, facts);
      const outputs = tf.tidy(() => {
        const batch = tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]);
        return [model.predict(batch)].flat() as Tensor[];
      });
      try {
        const values = await Promise.all(outputs.map((output) => output.data<'float32'>()));
        return answersFrom(layout, Float32Array.from(values.flatMap((each) => [...each])));
      } finally {
        for (const output of outputs) output.dispose();
      }
    },
    dispose: () => model.dispose(),
  };
}

async function readFacts(url: string): Promise<ModelFacts> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: the server answers ${response.status}`);
  const facts = (await response.json()) as ModelFacts;
  if (facts.version !== 2) throw new Error(`${url} is of another version of pipeline: ${facts.version}`);
  return facts;
}
