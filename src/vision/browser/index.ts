/** A trained model in a browser, on TensorFlow.js. None of these modules imports a package. */

export type { Answer, Answers } from '../predict/classifier/classifier.ts';
export { type BrowserClassifier, type BrowserTensorFlow, loadClassifier } from './load-classifier.ts';
export type { Pixels } from './prepare-image.ts';
