/** A trained model in a browser, on TensorFlow.js. None of these modules imports a package. */

export type { Head, Heads } from '../heads/head.ts';
export { ordinal } from '../heads/ordinal.ts';
export { regression } from '../heads/regression.ts';
export { sigmoid } from '../heads/sigmoid.ts';
export { softmax } from '../heads/softmax.ts';
export type { Answer, Answers, ClassAnswer, ClassesAnswer, NumbersAnswer } from '../predict/classifier/classifier.ts';
export {
  type BrowserClassifier,
  type BrowserClassifierOptions,
  type BrowserTensorFlow,
  loadClassifier,
} from './load-classifier.ts';
export type { Pixels } from './prepare-image.ts';
